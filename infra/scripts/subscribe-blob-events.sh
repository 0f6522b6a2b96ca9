#!/bin/sh
# Subscribes the app to the specifications that land in container `jobs`. Runs after every deployment; a second run changes nothing.
# Usage: subscribe-blob-events.sh [RESOURCE_GROUP FUNCTION_APP TOPIC]   (azd gives them as environment variables)
set -eu

group=${1:-$AZURE_RESOURCE_GROUP}
app=${2:-$AZURE_FUNCTION_APP_NAME}
topic=${3:-$AZURE_EVENTGRID_TOPIC_NAME}

# Event Grid asks the app to confirm, and the app has its key only after its first start: the first tries may come too early.
tries=1
until az deployment group create --resource-group "$group" --name blob-events --template-file "$(dirname "$0")/../app/blob-events.bicep" \
  --parameters "functionAppName=$app" "topicName=$topic" --output none; do
  if [ "$tries" -ge 5 ]; then
    echo "The app $app does not confirm the subscription: is it running? Until it does, the sweep finds specifications every ten minutes." >&2
    exit 1
  fi
  tries=$((tries + 1))
  sleep 30
done
echo "Subscribed $app to container jobs."
