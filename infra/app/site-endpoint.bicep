// The function app's own address inside the virtual network.
param name string
param location string
param tags { *: string }
param siteName string
param networkName string

var abbreviations = loadJsonContent('../abbreviations.json')

resource site 'Microsoft.Web/sites@2024-04-01' existing = {
  name: siteName
}

resource network 'Microsoft.Network/virtualNetworks@2024-05-01' existing = {
  name: networkName

  resource endpoints 'subnets' existing = {
    name: '${abbreviations.subnet}endpoints'
  }
}

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: 'privatelink.azurewebsites.net'
  location: 'global'
  tags: tags

  resource link 'virtualNetworkLinks' = {
    name: 'link-${name}'
    location: 'global'
    tags: tags
    properties: {
      registrationEnabled: false
      virtualNetwork: { id: network.id }
    }
  }
}

resource endpoint 'Microsoft.Network/privateEndpoints@2024-05-01' = {
  name: '${abbreviations.privateEndpoint}site-${name}'
  location: location
  tags: tags
  properties: {
    subnet: { id: network::endpoints.id }
    privateLinkServiceConnections: [
      { name: 'site', properties: { privateLinkServiceId: site.id, groupIds: ['sites'] } }
    ]
  }

  resource record 'privateDnsZoneGroups' = {
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [{ name: 'site', properties: { privateDnsZoneId: zone.id } }]
    }
  }
}
