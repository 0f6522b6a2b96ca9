// The function app, on one of two plans; code, identities and settings are the same.
param name string
param planName string
param location string
param tags { *: string }
param isFlex bool
param premiumSku string
param maximumInstanceCount int
param instanceMemoryMB int
param alwaysReady { name: string, instanceCount: int }[]
param identityName string
param applicationInsightsName string
param hostAccountName string
param dataAccountName string
param settings { *: string }
param hotkeySecretUri string
param retentionDays int
@description('The Durable Task Scheduler; empty for the Azure Storage back end.')
param schedulerName string
param allowedIpRanges string[]
@description('The virtual network; empty without private networking.')
param networkName string

var abbreviations = loadJsonContent('../abbreviations.json')
var packageContainerUri = '${data.properties.primaryEndpoints.blob}deployments'
var isPrivate = !empty(networkName)
var isRestricted = isPrivate || !empty(allowedIpRanges)

// What an operator may replace through the parameter `settings`. Names and meanings: the README's configuration table.
var functionSettings = {
  ComputeHordePollSchedule: '*/5 * * * * *'
  ComputeHordeSweepSchedule: '0 */10 * * * *'
  ComputeHorde__FacilitatorUrl: 'https://facilitator.computehorde.io/'
  ComputeHorde__ValidatorHotkey: ''
  ComputeHorde__PollIntervalSeconds: '5'
  ComputeHorde__MaxPollIntervalSeconds: '60'
  ComputeHorde__CreateFenceSeconds: '60'
  ComputeHorde__OutputUrlMarginSeconds: '3600'
  ComputeHorde__MaxHashedOutputBytes: '1073741824'
  ComputeHorde__OutputStore: 'azure'
  ComputeHorde__S3Endpoint: ''
  ComputeHorde__S3Region: 'us-east-1'
  ComputeHorde__S3Bucket: ''
  ComputeHorde__S3AccessKeyId: ''
  ComputeHorde__S3SecretAccessKey: ''
  ComputeHorde__FallbackProvider: 'none'
  ComputeHorde__Fallback: 'never'
  ComputeHorde__FallbackMaxUsdPerJob: '2'
  ComputeHorde__FallbackMaxUsdPerDay: '20'
  ComputeHorde__FallbackStartSeconds: '900'
  ComputeHorde__RunPodApiKey: ''
  ComputeHorde__RunPodUrl: 'https://api.runpod.io/v2/'
  ComputeHorde__ContainerAppsEnvironmentId: ''
  ComputeHorde__ContainerAppsLocation: ''
  ComputeHorde__TrustedSecondsPerHour: '3600'
  ComputeHorde__SuspectRate: '0.5'
  ComputeHorde__CleanSamplesToTrust: '20'
  ComputeHorde__MaxStartsPerMinute: '3000'
  ComputeHorde__WebhookUrl: ''
  ComputeHorde__WebhookSecret: ''
  ComputeHorde__WebhookAllowPrivate: 'false'
  ComputeHorde__RetentionDays: string(retentionDays)
  ComputeHorde__RequestTimeout: '00:00:30'
  ComputeHorde__MaxRetries: '4'
  ComputeHorde__RetryDelay: '00:00:00.5'
  ComputeHorde__MaxRetryDelay: '00:01:00'
  ComputeHorde__TokenRenewalMargin: '00:05:00'
  ComputeHorde__MaxResponseBytes: '268435456'
  ComputeHorde__Realm: 'mainnet'
  ComputeHorde__SubnetId: '12'
}

// What follows from the infrastructure. No key and no connection string with a secret: identities and a Key Vault reference.
var platformSettings = {
  AzureWebJobsStorage__accountName: host.name
  AzureWebJobsStorage__blobServiceUri: host.properties.primaryEndpoints.blob
  AzureWebJobsStorage__queueServiceUri: host.properties.primaryEndpoints.queue
  AzureWebJobsStorage__tableServiceUri: host.properties.primaryEndpoints.table
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identity.properties.clientId
  ComputeHordeStorage__blobServiceUri: data.properties.primaryEndpoints.blob
  ComputeHordeStorage__queueServiceUri: data.properties.primaryEndpoints.queue
  ComputeHordeStorage__credential: 'managedidentity'
  ComputeHordeStorage__clientId: identity.properties.clientId
  ComputeHorde__HotkeySecret: '@Microsoft.KeyVault(SecretUri=${hotkeySecretUri})'
  AZURE_CLIENT_ID: identity.properties.clientId
  APPLICATIONINSIGHTS_CONNECTION_STRING: applicationInsights.properties.ConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.properties.clientId};Authorization=AAD'
  // Event Grid starts runs from blobs: Flex Consumption has no polled trigger, and polling needs the whole account.
  'AzureWebJobs.JobSpecPolled.Disabled': 'true'
}

var premiumSettings = {
  FUNCTIONS_EXTENSION_VERSION: '~4'
  FUNCTIONS_WORKER_RUNTIME: 'dotnet-isolated'
  WEBSITE_RUN_FROM_PACKAGE: '${packageContainerUri}/functions.zip'
}

var schedulerSettings = {
  AzureFunctionsJobHost__extensions__durableTask__storageProvider__type: 'azureManaged'
  AzureFunctionsJobHost__extensions__durableTask__storageProvider__connectionStringName: 'DURABLE_TASK_SCHEDULER_CONNECTION_STRING'
  DURABLE_TASK_SCHEDULER_CONNECTION_STRING: 'Endpoint=${scheduler!.properties.endpoint};Authentication=ManagedIdentity;ClientID=${identity.properties.clientId}'
}

var callers = [
  for (range, position) in allowedIpRanges: {
    name: 'caller-${position}'
    action: 'Allow'
    priority: 100 + position
    ipAddress: range
    tag: 'Default'
  }
]

// Event Grid must reach the web hook of the blob trigger even where callers are restricted.
var eventGrid = { name: 'event-grid', action: 'Allow', priority: 300, ipAddress: 'AzureEventGrid', tag: 'ServiceTag' }

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource host 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: hostAccountName
}

resource data 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: dataAccountName
}

resource applicationInsights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: applicationInsightsName
}

resource scheduler 'Microsoft.DurableTask/schedulers@2025-11-01' existing = if (!empty(schedulerName)) {
  name: empty(schedulerName) ? 'none' : schedulerName
}

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: planName
  location: location
  tags: tags
  kind: isFlex ? 'functionapp' : 'elastic'
  sku: isFlex ? { name: 'FC1', tier: 'FlexConsumption' } : { name: premiumSku, tier: 'ElasticPremium' }
  properties: {
    reserved: true
    maximumElasticWorkerCount: isFlex ? null : maximumInstanceCount
  }
}

resource site 'Microsoft.Web/sites@2024-04-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'functions' })
  kind: 'functionapp,linux'
  identity: {
    type: 'SystemAssigned, UserAssigned'
    userAssignedIdentities: { '${identity.id}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    publicNetworkAccess: 'Enabled'
    virtualNetworkSubnetId: isPrivate
      ? resourceId('Microsoft.Network/virtualNetworks/subnets', networkName, '${abbreviations.subnet}app')
      : null
    vnetRouteAllEnabled: isPrivate ? true : null
    functionAppConfig: isFlex
      ? {
          runtime: { name: 'dotnet-isolated', version: '10.0' }
          deployment: {
            storage: {
              type: 'blobContainer'
              value: packageContainerUri
              authentication: { type: 'SystemAssignedIdentity' }
            }
          }
          scaleAndConcurrency: {
            maximumInstanceCount: maximumInstanceCount
            instanceMemoryMB: instanceMemoryMB
            alwaysReady: alwaysReady
          }
        }
      : null
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ftpsState: 'Disabled'
      http20Enabled: true
      ipSecurityRestrictionsDefaultAction: isRestricted ? 'Deny' : 'Allow'
      ipSecurityRestrictions: isRestricted ? concat(callers, [eventGrid]) : []
      scmIpSecurityRestrictionsUseMain: true
      linuxFxVersion: isFlex ? null : 'DOTNET-ISOLATED|10.0'
      minimumElasticInstanceCount: isFlex ? null : 1
      functionsRuntimeScaleMonitoringEnabled: isFlex ? null : isPrivate
      healthCheckPath: isFlex ? null : '/api/health'
    }
  }

  resource appSettings 'config' = {
    name: 'appsettings'
    properties: union(
      functionSettings,
      settings,
      isFlex ? {} : premiumSettings,
      empty(schedulerName) ? {} : schedulerSettings,
      platformSettings
    )
  }

  resource ftp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource scm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }
}

output hostName string = site.properties.defaultHostName
