// The Durable Task Scheduler, where it keeps the orchestrations instead of the host's storage account. The app has to be built for it.
param name string
param location string
param tags { *: string }
param identityName string

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

var roleIds = loadJsonContent('../roles.json')

resource scheduler 'Microsoft.DurableTask/schedulers@2025-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    sku: { name: 'Consumption' }
    ipAllowlist: ['0.0.0.0/0']
  }

  resource hub 'taskHubs' = {
    name: 'ComputeHorde'
  }
}

resource role 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(scheduler::hub.id, identity.id, roleIds['Durable Task Data Contributor'])
  scope: scheduler::hub
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roleIds['Durable Task Data Contributor']
    )
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}
