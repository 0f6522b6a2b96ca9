// What the platform does in the app's name: resolve the Key Vault reference and fetch the package. The app's code works with another identity,
// which can do neither.
param siteName string
param vaultName string
param dataAccountName string

var roleIds = loadJsonContent('../roles.json')

resource site 'Microsoft.Web/sites@2024-04-01' existing = {
  name: siteName
}

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: vaultName
}

resource package 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' existing = {
  name: '${dataAccountName}/default/deployments'
}

resource secrets 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, site.id, roleIds['Key Vault Secrets User'])
  scope: vault
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roleIds['Key Vault Secrets User']
    )
    principalId: site.identity.principalId
    principalType: 'ServicePrincipal'
  }
}

// Flex Consumption stores the package with this identity when it is deployed, so reading is not enough.
resource packages 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(package.id, site.id, roleIds['Storage Blob Data Contributor'])
  scope: package
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roleIds['Storage Blob Data Contributor']
    )
    principalId: site.identity.principalId
    principalType: 'ServicePrincipal'
  }
}
