# What subscribe-blob-events.sh does, for Windows.
param(
  [string] $Group = $env:AZURE_RESOURCE_GROUP,
  [string] $App = $env:AZURE_FUNCTION_APP_NAME,
  [string] $Topic = $env:AZURE_EVENTGRID_TOPIC_NAME
)
$ErrorActionPreference = 'Stop'

if (-not $Topic) {
  Write-Output 'Blobs are polled on this plan: nothing to subscribe.'
  exit 0
}

$functions = az functionapp function list --resource-group $Group --name $App --output tsv `
  --query "[?config.bindings[?type=='blobTrigger' && source=='EventGrid']].name"
if (-not $functions) {
  Write-Output "The app $App has no function that Event Grid could call."
  exit 0
}

$key = az functionapp keys list --resource-group $Group --name $App --query systemKeys.blobs_extension --output tsv
if (-not $key) {
  throw 'The app has no key for its blob trigger yet: is it deployed and running?'
}

$hostName = az functionapp show --resource-group $Group --name $App --query properties.defaultHostName --output tsv
foreach ($name in $functions) {
  $function = ($name -split '/')[-1]
  az eventgrid system-topic event-subscription create `
    --name $function `
    --resource-group $Group `
    --system-topic-name $Topic `
    --endpoint-type webhook `
    --endpoint "https://$hostName/runtime/webhooks/blobs?functionName=Host.Functions.$function&code=$key" `
    --included-event-types Microsoft.Storage.BlobCreated `
    --subject-begins-with /blobServices/default/containers/jobs/blobs/ `
    --subject-ends-with .json `
    --max-delivery-attempts 30 `
    --event-ttl 1440 `
    --output none
  if ($LASTEXITCODE -ne 0) {
    exit $LASTEXITCODE
  }
  Write-Output "Subscribed $function to container jobs."
}
