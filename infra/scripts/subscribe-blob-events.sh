#!/bin/sh
# Subscribes every function with an Event Grid blob trigger to the specifications that land in container `jobs`. Runs after every deployment; a
# second run changes nothing. The web hook's address holds a system key of the app, so this is not Terraform's: the key would stand in its state.
# Usage: subscribe-blob-events.sh [RESOURCE_GROUP FUNCTION_APP TOPIC]   (azd gives them as environment variables)
set -eu

group=${1:-$AZURE_RESOURCE_GROUP}
app=${2:-$AZURE_FUNCTION_APP_NAME}
topic=${3:-${AZURE_EVENTGRID_TOPIC_NAME:-}}

if [ -z "$topic" ]; then
  echo "Blobs are polled on this plan: nothing to subscribe."
  exit 0
fi

functions=$(az functionapp function list --resource-group "$group" --name "$app" --output tsv \
  --query "[?config.bindings[?type=='blobTrigger' && source=='EventGrid']].name")
if [ -z "$functions" ]; then
  echo "The app $app has no function that Event Grid could call."
  exit 0
fi

key=$(az functionapp keys list --resource-group "$group" --name "$app" --query systemKeys.blobs_extension --output tsv)
if [ -z "$key" ]; then
  echo "The app has no key for its blob trigger yet: is it deployed and running?" >&2
  exit 1
fi

host=$(az functionapp show --resource-group "$group" --name "$app" --query properties.defaultHostName --output tsv)
for function in $functions; do
  function=${function##*/}
  az eventgrid system-topic event-subscription create \
    --name "$function" \
    --resource-group "$group" \
    --system-topic-name "$topic" \
    --endpoint-type webhook \
    --endpoint "https://$host/runtime/webhooks/blobs?functionName=Host.Functions.$function&code=$key" \
    --included-event-types Microsoft.Storage.BlobCreated \
    --subject-begins-with /blobServices/default/containers/jobs/blobs/ \
    --subject-ends-with .json \
    --max-delivery-attempts 30 \
    --event-ttl 1440 \
    --output none
  echo "Subscribed $function to container jobs."
done
