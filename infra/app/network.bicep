// The virtual network of an environment with private networking, and private endpoints for what the app talks to.
param name string
param networkName string
param location string
param tags { *: string }
param addressPrefix string
param appDelegation string
param hostAccountName string
param dataAccountName string
param vaultName string

var abbreviations = loadJsonContent('../abbreviations.json')

// Half of the range for the app, a quarter for the endpoints.
var appPrefix = cidrSubnet(addressPrefix, 23, 0)
var endpointPrefix = cidrSubnet(addressPrefix, 24, 2)

var zones = {
  blob: 'privatelink.blob.${environment().suffixes.storage}'
  queue: 'privatelink.queue.${environment().suffixes.storage}'
  table: 'privatelink.table.${environment().suffixes.storage}'
  vault: 'privatelink.vaultcore.azure.net'
}

var endpoints = [
  { name: 'host-blob', type: 'Microsoft.Storage/storageAccounts', resource: hostAccountName, kind: 'blob' }
  { name: 'host-queue', type: 'Microsoft.Storage/storageAccounts', resource: hostAccountName, kind: 'queue' }
  { name: 'host-table', type: 'Microsoft.Storage/storageAccounts', resource: hostAccountName, kind: 'table' }
  { name: 'data-blob', type: 'Microsoft.Storage/storageAccounts', resource: dataAccountName, kind: 'blob' }
  { name: 'data-queue', type: 'Microsoft.Storage/storageAccounts', resource: dataAccountName, kind: 'queue' }
  { name: 'vault', type: 'Microsoft.KeyVault/vaults', resource: vaultName, kind: 'vault' }
]

// The platform's defaults allow the virtual network; nothing may come in from the internet.
resource guard 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: '${abbreviations.networkSecurityGroup}${name}'
  location: location
  tags: tags
}

resource network 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: networkName
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: [addressPrefix] }
    subnets: [
      {
        name: '${abbreviations.subnet}app'
        properties: {
          addressPrefix: appPrefix
          networkSecurityGroup: { id: guard.id }
          delegations: [{ name: 'functions', properties: { serviceName: appDelegation } }]
        }
      }
      {
        name: '${abbreviations.subnet}endpoints'
        properties: {
          addressPrefix: endpointPrefix
          networkSecurityGroup: { id: guard.id }
          privateEndpointNetworkPolicies: 'Enabled'
        }
      }
    ]
  }

  resource endpointSubnet 'subnets' existing = {
    name: '${abbreviations.subnet}endpoints'
  }
}

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for item in items(zones): {
    name: item.value
    location: 'global'
    tags: tags
  }
]

resource link 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (item, position) in items(zones): {
    parent: zone[position]
    name: 'link-${name}'
    location: 'global'
    tags: tags
    properties: {
      registrationEnabled: false
      virtualNetwork: { id: network.id }
    }
  }
]

resource endpoint 'Microsoft.Network/privateEndpoints@2024-05-01' = [
  for item in endpoints: {
    name: '${abbreviations.privateEndpoint}${item.name}-${name}'
    location: location
    tags: tags
    properties: {
      subnet: { id: network::endpointSubnet.id }
      privateLinkServiceConnections: [
        {
          name: item.name
          properties: { privateLinkServiceId: resourceId(item.type, item.resource), groupIds: [item.kind] }
        }
      ]
    }
  }
]

resource record 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-05-01' = [
  for (item, position) in endpoints: {
    parent: endpoint[position]
    name: 'default'
    dependsOn: [zone]
    properties: {
      privateDnsZoneConfigs: [
        {
          name: item.kind
          properties: { privateDnsZoneId: resourceId('Microsoft.Network/privateDnsZones', zones[item.kind]) }
        }
      ]
    }
  }
]
