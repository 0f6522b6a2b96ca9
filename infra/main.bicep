// One environment: names here, resources in app/ by concern, who may do what in app/*-roles.bicep.
targetScope = 'subscription'

@description('Name of the environment, for example `dev`; part of every resource name.')
@minLength(2)
@maxLength(16)
param environmentName string

@description('Azure region, for example `westeurope`. It must offer Flex Consumption unless `hostingPlan` says otherwise.')
@minLength(1)
param location string

@description('`flex-consumption` scales to zero, `elastic-premium` is always warm.')
@allowed(['flex-consumption', 'elastic-premium'])
param hostingPlan string = 'flex-consumption'

@description('Size of the Elastic Premium plan. Not used by Flex Consumption.')
@allowed(['EP1', 'EP2', 'EP3'])
param premiumSku string = 'EP1'

@description('The most instances that the app may scale out to.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Memory of a Flex Consumption instance in MB.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('Flex Consumption instances that are kept warm, by scale group, for example `[{ name: \'durable\', instanceCount: 1 }]`. They cost money while idle.')
param alwaysReady alwaysReadyInstances = []

@description('Where orchestrations are kept: `azure-storage` (tables, queues and blobs of the host\'s account) or `durable-task-scheduler`.')
@allowed(['azure-storage', 'durable-task-scheduler'])
param durableBackend string = 'azure-storage'

@description('SS58 address of the validator that jobs go to. The app refuses to start without one.')
param validatorHotkey string = ''

@description('Application settings by their names in the README\'s configuration table (`ComputeHorde__...`); they replace the defaults.')
param settings settingsByName = {}

@description('Name of the Key Vault secret that holds the hotkey. Its value is put there by hand, never by a deployment.')
param hotkeySecretName string = 'hotkey'

@description('Object id of whoever deploys: may put the hotkey into the vault and upload packages. Empty: nobody gets these rights here.')
param deployerPrincipalId string = ''

@description('What `deployerPrincipalId` is.')
@allowed(['User', 'Group', 'ServicePrincipal'])
param deployerPrincipalType string = 'User'

@description('Object id of the user or group that operates the environment after the runbook. Empty: whoever deploys.')
param operatorPrincipalId string = ''

@description('What `operatorPrincipalId` is. Not used when that is empty.')
@allowed(['User', 'Group', 'ServicePrincipal'])
param operatorPrincipalType string = 'Group'

@description('Address that alerts are sent to. Empty: alerts are seen in the portal only.')
param alertEmail string = ''

@description('CIDR ranges that may call the HTTP API. Empty: everybody who holds a function key, unless `privateNetworking`.')
param allowedIpRanges string[] = []

@description('Joins the app to a virtual network, with private endpoints for storage, Key Vault and the app; the public HTTP API is closed but for `allowedIpRanges`.')
param privateNetworking bool = false

@description('Leaves the data account\'s blobs reachable from the internet, for identities and SAS. Executors upload outputs there; `false` needs outputs in S3 or R2.')
param storagePublicAccess bool = true

@description('Address range of the virtual network, a /22. Only with `privateNetworking`.')
param addressPrefix string = '10.40.0.0/22'

@description('Replication of both storage accounts.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param storageSku string = 'Standard_LRS'

@description('Days after which requests, results, specifications, upload URLs and left secrets are deleted. More than the longest run lasts.')
@minValue(8)
param resultRetentionDays int = 30

@description('Days after which the jobs\' uploaded outputs are deleted. More than the longest run lasts.')
@minValue(8)
param outputRetentionDays int = 30

@description('Days after which the claims of attempts are deleted. A message that comes again later than that could buy a job twice.')
@minValue(30)
param claimRetentionDays int = 30

@description('Days for which no blob of the ledger of cheats can be changed or deleted, by anybody.')
@minValue(1)
@maxValue(146000)
param ledgerImmutabilityDays int = 3650

@description('Days that Log Analytics keeps telemetry.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('The most telemetry in GB a day; -1 sets no limit.')
param logDailyQuotaGb int = 5

@description('Tags for every resource, besides `azd-env-name`.')
param tags { *: string } = {}

@description('Warm instances of one scale group: `durable`, `http`, `blob` or `function:<name>`.')
type alwaysReadyInstances = { name: string, instanceCount: int }[]

@description('Application settings.')
type settingsByName = { *: string }

var abbreviations = loadJsonContent('abbreviations.json')
var suffix = substring(uniqueString(subscription().id, environmentName, location), 0, 6)
var name = 'computehorde-${toLower(environmentName)}'
var shortName = take(replace(toLower(environmentName), '-', ''), 10)
var isFlex = hostingPlan == 'flex-consumption'
var usesScheduler = durableBackend == 'durable-task-scheduler'
var allTags = union(tags, { 'azd-env-name': environmentName })

// Known before anything is made, so that what-if can say what a deployment would do. The order follows from dependsOn.
var names = {
  identity: '${abbreviations.managedIdentity}${name}'
  hostAccount: '${abbreviations.storageAccount}host${shortName}${suffix}'
  dataAccount: '${abbreviations.storageAccount}data${shortName}${suffix}'
  vault: '${abbreviations.keyVault}${take(toLower(environmentName), 13)}-${suffix}'
  workspace: '${abbreviations.logAnalyticsWorkspace}${name}'
  applicationInsights: '${abbreviations.applicationInsights}${name}'
  scheduler: '${abbreviations.durableTaskScheduler}${name}'
  network: '${abbreviations.virtualNetwork}${name}'
  plan: '${abbreviations.plan}${name}'
  site: '${abbreviations.functionApp}${name}-${suffix}'
  topic: '${abbreviations.eventGridSystemTopic}${name}'
}

// A plain secret would stand in the deployment's history.
var plainSecrets = filter(
  ['ComputeHorde__S3SecretAccessKey', 'ComputeHorde__WebhookSecret', 'ComputeHorde__RunPodApiKey'],
  name => !empty(settings[?name] ?? '') && !startsWith(settings[?name] ?? '', '@Microsoft.KeyVault(')
)
var checkedSettings = empty(plainSecrets)
  ? settings
  : fail('${plainSecrets[0]} must be a Key Vault reference: @Microsoft.KeyVault(SecretUri=...).')

resource group 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: '${abbreviations.resourceGroup}${name}'
  location: location
  tags: allTags
}

module identity 'app/identity.bicep' = {
  scope: group
  params: {
    name: names.identity
    location: location
    tags: allTags
  }
}

module storage 'app/storage.bicep' = {
  scope: group
  params: {
    hostAccountName: names.hostAccount
    dataAccountName: names.dataAccount
    location: location
    tags: allTags
    sku: storageSku
    hostIsPublic: !privateNetworking
    dataIsPublic: storagePublicAccess || !privateNetworking
    resultRetentionDays: resultRetentionDays
    outputRetentionDays: outputRetentionDays
    claimRetentionDays: claimRetentionDays
    ledgerImmutabilityDays: ledgerImmutabilityDays
  }
}

module monitoring 'app/monitoring.bicep' = {
  scope: group
  params: {
    name: name
    workspaceName: names.workspace
    applicationInsightsName: names.applicationInsights
    location: location
    tags: allTags
    retentionDays: logRetentionDays
    dailyQuotaGb: logDailyQuotaGb
    alertEmail: alertEmail
  }
}

module vault 'app/vault.bicep' = {
  scope: group
  dependsOn: [monitoring]
  params: {
    name: names.vault
    location: location
    tags: allTags
    isPublic: !privateNetworking
    workspaceName: names.workspace
  }
}

module network 'app/network.bicep' = if (privateNetworking) {
  scope: group
  dependsOn: [storage, vault]
  params: {
    name: name
    networkName: names.network
    location: location
    tags: allTags
    addressPrefix: addressPrefix
    appDelegation: isFlex ? 'Microsoft.App/environments' : 'Microsoft.Web/serverFarms'
    hostAccountName: names.hostAccount
    dataAccountName: names.dataAccount
    vaultName: names.vault
  }
}

module scheduler 'app/scheduler.bicep' = if (usesScheduler) {
  scope: group
  dependsOn: [identity]
  params: {
    name: names.scheduler
    location: location
    tags: allTags
    identityName: names.identity
  }
}

module appRoles 'app/app-roles.bicep' = {
  scope: group
  dependsOn: [identity, storage, monitoring]
  params: {
    environmentName: environmentName
    identityName: names.identity
    hostAccountName: names.hostAccount
    dataAccountName: names.dataAccount
    applicationInsightsName: names.applicationInsights
  }
}

module operatorRoles 'app/operator-roles.bicep' = {
  scope: group
  dependsOn: [storage, monitoring, vault]
  params: {
    environmentName: environmentName
    dataAccountName: names.dataAccount
    workspaceName: names.workspace
    deployer: { id: deployerPrincipalId, type: deployerPrincipalType }
    operator: empty(operatorPrincipalId)
      ? { id: deployerPrincipalId, type: deployerPrincipalType }
      : { id: operatorPrincipalId, type: operatorPrincipalType }
  }
}

module functions 'app/functions.bicep' = {
  scope: group
  // The host reads its storage at once when it starts.
  dependsOn: [appRoles, network, scheduler]
  params: {
    name: names.site
    planName: names.plan
    location: location
    tags: allTags
    isFlex: isFlex
    premiumSku: premiumSku
    maximumInstanceCount: maximumInstanceCount
    instanceMemoryMB: instanceMemoryMB
    alwaysReady: alwaysReady
    identityName: names.identity
    applicationInsightsName: names.applicationInsights
    hostAccountName: names.hostAccount
    dataAccountName: names.dataAccount
    settings: union({ ComputeHorde__ValidatorHotkey: validatorHotkey }, checkedSettings)
    retentionDays: max(resultRetentionDays, outputRetentionDays)
    hotkeySecretUri: 'https://${names.vault}${environment().suffixes.keyvaultDns}/secrets/${hotkeySecretName}'
    schedulerName: usesScheduler ? names.scheduler : ''
    allowedIpRanges: allowedIpRanges
    networkName: privateNetworking ? names.network : ''
  }
}

module siteRoles 'app/site-roles.bicep' = {
  scope: group
  dependsOn: [functions, vault]
  params: {
    siteName: names.site
    vaultName: names.vault
    dataAccountName: names.dataAccount
  }
}

module siteEndpoint 'app/site-endpoint.bicep' = if (privateNetworking) {
  scope: group
  dependsOn: [functions]
  params: {
    name: name
    location: location
    tags: allTags
    siteName: names.site
    networkName: names.network
  }
}

module events 'app/events.bicep' = {
  scope: group
  dependsOn: [storage]
  params: {
    name: names.topic
    location: location
    tags: allTags
    dataAccountName: names.dataAccount
  }
}

// azd keeps these as environment variables. No secret among them.
@description('The resource group of the environment.')
output AZURE_RESOURCE_GROUP string = group.name

@description('The function app.')
output AZURE_FUNCTION_APP_NAME string = names.site

@description('Where the HTTP API answers.')
output AZURE_FUNCTION_APP_URL string = 'https://${functions.outputs.hostName}/api'

@description('The storage account of the data: specifications go to its container `jobs`, batches to its queue `batches`.')
output AZURE_STORAGE_ACCOUNT_NAME string = names.dataAccount

@description('The vault that the hotkey has to be put into.')
output AZURE_KEY_VAULT_NAME string = names.vault

@description('The name of the secret that holds the hotkey.')
output AZURE_HOTKEY_SECRET_NAME string = hotkeySecretName

@description('The Event Grid system topic of the data account.')
output AZURE_EVENTGRID_TOPIC_NAME string = names.topic

@description('The validator that jobs go to.')
output COMPUTEHORDE_VALIDATOR_HOTKEY string = validatorHotkey
