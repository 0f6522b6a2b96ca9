# What postprovision.sh does, for Windows.
$ErrorActionPreference = 'Stop'

& (Join-Path $PSScriptRoot 'put-hotkey.ps1')

$root = Join-Path $PSScriptRoot '../..'
$settings = Join-Path $root 'src/ComputeHorde.Durable.Functions/local.settings.json'
if (Test-Path $settings) {
  Write-Output 'There is a local.settings.json: left as it is.'
} else {
  $sample = Get-Content (Join-Path $root 'local.settings.sample.json') | ConvertFrom-Json
  $sample.Values.ComputeHorde__ValidatorHotkey = "$env:COMPUTEHORDE_VALIDATOR_HOTKEY"
  $sample | ConvertTo-Json | Set-Content $settings
  Write-Output "Wrote local.settings.json: storage is Azurite, the validator that of this environment, the hotkey your wallet's."
}
