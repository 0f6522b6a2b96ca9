// Event Grid's topic for what happens in the data account. The subscription points at a web hook whose address holds a key of the app, and
// Event Grid asks the running app to confirm it: it is made after the deployment, by blob-events.bicep.
param name string
param location string
param tags { *: string }
param dataAccountName string

resource data 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: dataAccountName
}

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  name: name
  location: location
  tags: tags
  properties: {
    source: data.id
    topicType: 'Microsoft.Storage.StorageAccounts'
  }
}
