// Two accounts. The Functions host and its Durable back end own the first one: leases, function keys, the task hub. The second one holds the
// data of the runs and the deployed package; the app's rights there end at single containers and queues.
param hostAccountName string
param dataAccountName string
param location string
param tags { *: string }
param sku string
param hostIsPublic bool
param dataIsPublic bool
param resultRetentionDays int
param outputRetentionDays int
param claimRetentionDays int
param ledgerImmutabilityDays int

// The names are those of ContainerNames in the functions; nothing waits for a first use to make them.
var containerNames = [
  'attempts'
  'deployments'
  'fallback'
  'inflight'
  'job-urls'
  'jobs'
  'jobs-rejected'
  'ledger'
  'notices'
  'outputs'
  'places'
  'requests'
  'results'
  'sampling'
  'schedules'
  'secrets'
]

// What the triggers read, and where they put what was tried too often.
var queueNames = ['batches', 'batches-poison', 'webjobs-blobtrigger-poison']

// The ledger (evidence) and sampling (its key) are never deleted by age.
var retentionDays = {
  'job-urls': resultRetentionDays
  jobs: resultRetentionDays
  'jobs-rejected': resultRetentionDays
  requests: resultRetentionDays
  results: resultRetentionDays
  secrets: resultRetentionDays
  outputs: outputRetentionDays
  attempts: claimRetentionDays
  fallback: claimRetentionDays
  inflight: claimRetentionDays
  places: claimRetentionDays
  notices: resultRetentionDays
}

var lockedDown = {
  accessTier: 'Hot'
  allowBlobPublicAccess: false
  allowCrossTenantReplication: false
  allowSharedKeyAccess: false
  defaultToOAuthAuthentication: true
  isLocalUserEnabled: false
  minimumTlsVersion: 'TLS1_2'
  supportsHttpsTrafficOnly: true
}

resource host 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  name: hostAccountName
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: sku }
  properties: {
    ...lockedDown
    publicNetworkAccess: hostIsPublic ? 'Enabled' : 'Disabled'
  }
}

resource data 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  name: dataAccountName
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: sku }
  properties: {
    ...lockedDown
    publicNetworkAccess: dataIsPublic ? 'Enabled' : 'Disabled'
  }

  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      deleteRetentionPolicy: { enabled: true, days: 7 }
      containerDeleteRetentionPolicy: { enabled: true, days: 7 }
    }

    resource containers 'containers' = [
      for name in containerNames: {
        name: name
        properties: { publicAccess: 'None' }
      }
    ]
  }

  resource queues 'queueServices' = {
    name: 'default'

    resource queue 'queues' = [
      for name in queueNames: {
        name: name
      }
    ]
  }

  resource lifeCycle 'managementPolicies' = {
    name: 'default'
    dependsOn: [blobs]
    properties: {
      policy: {
        rules: [
          for rule in items(retentionDays): {
            name: 'delete-old-${rule.key}'
            type: 'Lifecycle'
            enabled: true
            definition: {
              filters: { blobTypes: ['blockBlob'], prefixMatch: ['${rule.key}/'] }
              actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: rule.value } } }
            }
          }
        ]
      }
    }
  }
}

// Evidence cannot be changed or deleted, whoever asks. The policy can still be shortened by an owner of the account until it is locked, which
// nobody can undo: docs/runbook.md.
resource ledgerImmutability 'Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies@2024-01-01' = {
  name: '${dataAccountName}/default/ledger/default'
  dependsOn: [data::blobs::containers]
  properties: {
    immutabilityPeriodSinceCreationInDays: ledgerImmutabilityDays
    allowProtectedAppendWrites: false
  }
}
