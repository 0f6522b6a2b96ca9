// What the app's identity may do, at the smallest scope that works. Ids of built-in roles: roles.json.
param environmentName string
param identityName string
param hostAccountName string
param dataAccountName string
param applicationInsightsName string

var roleIds = loadJsonContent('../roles.json')

// The host and its Durable back end make their own containers, queues and tables in their own account.
var hostRoles = ['Storage Blob Data Owner', 'Storage Queue Data Contributor', 'Storage Table Data Contributor']

// The package (deployments) is not the app's to touch, and the ledger has a role of its own below.
var appContainers = [
  'attempts'
  'fallback'
  'inflight'
  'job-urls'
  'jobs'
  'jobs-rejected'
  'notices'
  'outputs'
  'places'
  'requests'
  'results'
  'sampling'
  'schedules'
  'secrets'
]
var appQueues = ['batches', 'batches-poison', 'webjobs-blobtrigger-poison']

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource host 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: hostAccountName
}

resource data 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: dataAccountName
}

resource containers 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' existing = [
  for name in appContainers: {
    name: '${dataAccountName}/default/${name}'
  }
]

resource queues 'Microsoft.Storage/storageAccounts/queueServices/queues@2024-01-01' existing = [
  for name in appQueues: {
    name: '${dataAccountName}/default/${name}'
  }
]

resource ledger 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' existing = {
  name: '${dataAccountName}/default/ledger'
}

resource applicationInsights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: applicationInsightsName
}

// Evidence is written once: new blobs, none replaced, none deleted.
resource ledgerWriter 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(resourceGroup().id, 'ledger-writer')
  properties: {
    roleName: 'ComputeHorde ledger writer (${environmentName})'
    description: 'Reads the ledger and adds blobs to it; replaces and deletes none.'
    type: 'CustomRole'
    assignableScopes: [resourceGroup().id]
    permissions: [
      {
        actions: [
          'Microsoft.Storage/storageAccounts/blobServices/containers/read'
          'Microsoft.Storage/storageAccounts/blobServices/containers/write'
        ]
        dataActions: [
          'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read'
          'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/add/action'
        ]
      }
    ]
  }
}

resource hostAccess 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in hostRoles: {
    name: guid(host.id, identity.id, roleIds[role])
    scope: host
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds[role])
      principalId: identity.properties.principalId
      principalType: 'ServicePrincipal'
    }
  }
]

// Upload URLs are signed with a key that belongs to the account as a whole; what they open is bounded by the roles on the containers.
resource delegation 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(data.id, identity.id, roleIds['Storage Blob Delegator'])
  scope: data
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roleIds['Storage Blob Delegator']
    )
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

resource containerAccess 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (name, position) in appContainers: {
    name: guid(containers[position].id, identity.id, roleIds['Storage Blob Data Contributor'])
    scope: containers[position]
    properties: {
      roleDefinitionId: subscriptionResourceId(
        'Microsoft.Authorization/roleDefinitions',
        roleIds['Storage Blob Data Contributor']
      )
      principalId: identity.properties.principalId
      principalType: 'ServicePrincipal'
    }
  }
]

resource queueAccess 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (name, position) in appQueues: {
    name: guid(queues[position].id, identity.id, roleIds['Storage Queue Data Contributor'])
    scope: queues[position]
    properties: {
      roleDefinitionId: subscriptionResourceId(
        'Microsoft.Authorization/roleDefinitions',
        roleIds['Storage Queue Data Contributor']
      )
      principalId: identity.properties.principalId
      principalType: 'ServicePrincipal'
    }
  }
]

resource ledgerAccess 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(ledger.id, identity.id, ledgerWriter.id)
  scope: ledger
  properties: {
    roleDefinitionId: ledgerWriter.id
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

resource telemetry 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(applicationInsights.id, identity.id, roleIds['Monitoring Metrics Publisher'])
  scope: applicationInsights
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roleIds['Monitoring Metrics Publisher']
    )
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}
