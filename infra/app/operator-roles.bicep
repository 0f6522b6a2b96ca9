// What people may do: who deploys, and who operates the environment after docs/runbook.md. Ids of built-in roles: roles.json.
param environmentName string
param dataAccountName string
param workspaceName string
param deployer principal
param operator principal

@description('Somebody who is given roles; an empty id gets none.')
type principal = { id: string, type: string }

var roleIds = loadJsonContent('../roles.json')

// Operators hand in specifications, read what came of them and free what a terminated run left. Not `fallback`, `requests`, `secrets`, `job-urls`.
var operatorContainers = [
  { name: 'attempts', role: 'Storage Blob Data Reader' }
  { name: 'inflight', role: 'Storage Blob Data Contributor' }
  { name: 'jobs', role: 'Storage Blob Data Contributor' }
  { name: 'jobs-rejected', role: 'Storage Blob Data Reader' }
  { name: 'ledger', role: 'Storage Blob Data Reader' }
  { name: 'notices', role: 'Storage Blob Data Reader' }
  { name: 'outputs', role: 'Storage Blob Data Reader' }
  { name: 'places', role: 'Storage Blob Data Contributor' }
  { name: 'results', role: 'Storage Blob Data Reader' }
]
var operatorQueues = [
  { name: 'batches', role: 'Storage Queue Data Message Sender' }
  { name: 'batches-poison', role: 'Storage Queue Data Message Processor' }
]

resource packages 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' existing = {
  name: '${dataAccountName}/default/deployments'
}

resource containersOfOperators 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' existing = [
  for item in operatorContainers: {
    name: '${dataAccountName}/default/${item.name}'
  }
]

resource queuesOfOperators 'Microsoft.Storage/storageAccounts/queueServices/queues@2024-01-01' existing = [
  for item in operatorQueues: {
    name: '${dataAccountName}/default/${item.name}'
  }
]

resource workspace 'Microsoft.OperationalInsights/workspaces@2023-09-01' existing = {
  name: workspaceName
}

// Everybody can read the hotkey who holds a built-in role that can set it.
resource hotkeyKeeper 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(resourceGroup().id, 'hotkey-keeper')
  properties: {
    roleName: 'ComputeHorde hotkey keeper (${environmentName})'
    description: 'Replaces the hotkey and sees that there is one; cannot read it.'
    type: 'CustomRole'
    assignableScopes: [resourceGroup().id]
    permissions: [
      {
        actions: ['Microsoft.KeyVault/vaults/read']
        dataActions: [
          'Microsoft.KeyVault/vaults/secrets/readMetadata/action'
          'Microsoft.KeyVault/vaults/secrets/setSecret/action'
        ]
      }
    ]
  }
}

// The runbook: function keys, restarts, the end of all upload URLs, workbook and alerts. No settings and no packages: whoever changes those
// runs code of his own in the app, and so reads the hotkey.
resource appOperator 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(resourceGroup().id, 'app-operator')
  properties: {
    roleName: 'ComputeHorde operator (${environmentName})'
    description: 'Does what the runbook asks for; changes neither settings nor code.'
    type: 'CustomRole'
    assignableScopes: [resourceGroup().id]
    permissions: [
      {
        actions: [
          'Microsoft.Resources/subscriptions/resourceGroups/read'
          'Microsoft.Web/sites/read'
          'Microsoft.Web/sites/functions/read'
          'Microsoft.Web/sites/host/listkeys/action'
          'Microsoft.Web/sites/host/functionkeys/write'
          'Microsoft.Web/sites/host/systemkeys/write'
          'Microsoft.Web/sites/restart/action'
          'Microsoft.Web/sites/start/action'
          'Microsoft.Web/sites/stop/action'
          'Microsoft.Storage/storageAccounts/read'
          'Microsoft.Storage/storageAccounts/revokeUserDelegationKeys/action'
          'Microsoft.Insights/components/read'
          'Microsoft.Insights/scheduledQueryRules/read'
          'Microsoft.Insights/workbooks/read'
        ]
      }
    ]
  }
}

resource deployerPackages 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(deployer.id)) {
  name: guid(packages.id, deployer.id, roleIds['Storage Blob Data Contributor'])
  scope: packages
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roleIds['Storage Blob Data Contributor']
    )
    principalId: deployer.id
    principalType: deployer.type
  }
}

resource deployerHotkey 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(deployer.id)) {
  name: guid(resourceGroup().id, deployer.id, hotkeyKeeper.id)
  properties: {
    roleDefinitionId: hotkeyKeeper.id
    principalId: deployer.id
    principalType: deployer.type
  }
}

resource operatorHotkey 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(operator.id) && operator.id != deployer.id) {
  name: guid(resourceGroup().id, operator.id, hotkeyKeeper.id)
  properties: {
    roleDefinitionId: hotkeyKeeper.id
    principalId: operator.id
    principalType: operator.type
  }
}

resource operatorApp 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(operator.id)) {
  name: guid(resourceGroup().id, operator.id, appOperator.id)
  properties: {
    roleDefinitionId: appOperator.id
    principalId: operator.id
    principalType: operator.type
  }
}

resource operatorLogs 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(operator.id)) {
  name: guid(workspace.id, operator.id, roleIds['Log Analytics Data Reader'])
  scope: workspace
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roleIds['Log Analytics Data Reader']
    )
    principalId: operator.id
    principalType: operator.type
  }
}

resource operatorContainerAccess 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (item, position) in operatorContainers: if (!empty(operator.id)) {
    name: guid(containersOfOperators[position].id, operator.id, roleIds[item.role])
    scope: containersOfOperators[position]
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds[item.role])
      principalId: operator.id
      principalType: operator.type
    }
  }
]

resource operatorQueueAccess 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (item, position) in operatorQueues: if (!empty(operator.id)) {
    name: guid(queuesOfOperators[position].id, operator.id, roleIds[item.role])
    scope: queuesOfOperators[position]
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds[item.role])
      principalId: operator.id
      principalType: operator.type
    }
  }
]
