#!/bin/sh
# Puts the hotkey into the vault, unless it is there. The file holds a mnemonic, a 0x-seed or a secret URI; it is read by the Azure CLI alone.
# Usage: put-hotkey.sh [VAULT SECRET_NAME]   (azd gives them as environment variables; HOTKEY_FILE names the file where nobody can be asked)
set -eu

vault=${1:-$AZURE_KEY_VAULT_NAME}
name=${2:-$AZURE_HOTKEY_SECRET_NAME}
file=${HOTKEY_FILE:-}

# The operator's role was assigned a moment ago and takes a while to be known everywhere.
tries=0
until count=$(az keyvault secret list --vault-name "$vault" --query "length([?name=='$name'])" --output tsv 2>/dev/null); do
  tries=$((tries + 1))
  if [ "$tries" -ge 30 ]; then
    echo "The vault $vault does not let you in: you need the role 'ComputeHorde hotkey keeper', and a way to it if networking is private." >&2
    exit 1
  fi
  sleep 10
done

if [ "$count" != 0 ]; then
  echo "The vault has a secret $name: left as it is."
  exit 0
fi

if [ -z "$file" ] && [ -t 0 ]; then
  printf 'File with the hotkey (mnemonic, 0x-seed or secret URI): '
  read -r file
fi

if [ ! -s "$file" ]; then
  echo "No hotkey: set HOTKEY_FILE, or put the secret $name into the vault $vault by hand. The app does not start without it." >&2
  exit 1
fi

az keyvault secret set --vault-name "$vault" --name "$name" --file "$file" --encoding utf-8 --output none
echo "The hotkey is in the vault $vault. Shred $file."
