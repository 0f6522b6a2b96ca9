// Tells the running app of each specification that lands in container `jobs`. Deployed on its own after the app, by
// scripts/subscribe-blob-events.sh; a second deployment changes nothing. The key is read here, so that no command line and no log shows it.
@description('The function app, deployed and running.')
param functionAppName string

@description('The Event Grid system topic of the data account.')
param topicName string

@description('The function with the Event Grid form of the blob trigger.')
param functionName string = 'JobSpecEvent'

resource site 'Microsoft.Web/sites@2024-04-01' existing = {
  name: functionAppName
}

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' existing = {
  name: topicName
}

// The types know of no `host` below a site, so it is addressed by its id.
var key = listKeys('${site.id}/host/default', site.apiVersion).systemKeys.blobs_extension

resource subscription 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = {
  parent: topic
  name: functionName
  properties: {
    eventDeliverySchema: 'EventGridSchema'
    destination: {
      endpointType: 'WebHook'
      properties: {
        endpointUrl: 'https://${site.properties.defaultHostName}/runtime/webhooks/blobs?functionName=Host.Functions.${functionName}&code=${key}'
      }
    }
    filter: {
      includedEventTypes: ['Microsoft.Storage.BlobCreated']
      subjectBeginsWith: '/blobServices/default/containers/jobs/blobs/'
      subjectEndsWith: '.json'
    }
    retryPolicy: {
      maxDeliveryAttempts: 30
      eventTimeToLiveInMinutes: 1440
    }
  }
}
