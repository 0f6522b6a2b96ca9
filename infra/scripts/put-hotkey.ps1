# What put-hotkey.sh does, for Windows.
param(
  [string] $Vault = $env:AZURE_KEY_VAULT_NAME,
  [string] $Name = $env:AZURE_HOTKEY_SECRET_NAME,
  [string] $File = $env:HOTKEY_FILE
)
$ErrorActionPreference = 'Stop'

# The operator's role was assigned a moment ago and takes a while to be known everywhere.
for ($try = 1; $true; $try++) {
  $count = az keyvault secret list --vault-name $Vault --query "length([?name=='$Name'])" --output tsv 2>$null
  if ($LASTEXITCODE -eq 0) {
    break
  }
  if ($try -ge 30) {
    throw "The vault $Vault does not let you in: you need the role 'ComputeHorde hotkey keeper', and a way to it if networking is private."
  }
  Start-Sleep -Seconds 10
}

if ($count -ne '0') {
  Write-Output "The vault has a secret ${Name}: left as it is."
  exit 0
}

if (-not $File -and [Environment]::UserInteractive) {
  $File = Read-Host 'File with the hotkey (mnemonic, 0x-seed or secret URI)'
}
if (-not $File -or -not (Test-Path $File)) {
  throw "No hotkey: set HOTKEY_FILE, or put the secret $Name into the vault $Vault by hand. The app does not start without it."
}

az keyvault secret set --vault-name $Vault --name $Name --file $File --encoding utf-8 --output none
if ($LASTEXITCODE -ne 0) {
  exit $LASTEXITCODE
}
Write-Output "The hotkey is in the vault $Vault. Shred $File."
