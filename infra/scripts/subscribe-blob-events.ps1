# What subscribe-blob-events.sh does, for Windows.
param(
  [string] $Group = $env:AZURE_RESOURCE_GROUP,
  [string] $App = $env:AZURE_FUNCTION_APP_NAME,
  [string] $Topic = $env:AZURE_EVENTGRID_TOPIC_NAME
)
$ErrorActionPreference = 'Stop'

# Event Grid asks the app to confirm, and the app has its key only after its first start: the first tries may come too early.
for ($try = 1; $true; $try++) {
  az deployment group create --resource-group $Group --name blob-events --template-file (Join-Path $PSScriptRoot '../app/blob-events.bicep') `
    --parameters "functionAppName=$App" "topicName=$Topic" --output none
  if ($LASTEXITCODE -eq 0) {
    break
  }
  if ($try -ge 5) {
    throw "The app $App does not confirm the subscription: is it running? Until it does, the sweep finds specifications every ten minutes."
  }
  Start-Sleep -Seconds 30
}
Write-Output "Subscribed $App to container jobs."
