#!/bin/sh
# After provisioning: the hotkey goes into the vault, and local.settings.json is written for `func start` on this machine, unless it is there.
set -eu

here=$(dirname "$0")
"$here/put-hotkey.sh"

settings=$here/../../src/ComputeHorde.Durable.Functions/local.settings.json
if [ -e "$settings" ]; then
  echo "There is a local.settings.json: left as it is."
else
  sed "s|\"ComputeHorde__ValidatorHotkey\": \"[^\"]*\"|\"ComputeHorde__ValidatorHotkey\": \"${COMPUTEHORDE_VALIDATOR_HOTKEY:-}\"|" \
    "$here/../../local.settings.sample.json" > "$settings"
  echo "Wrote local.settings.json: storage is Azurite, the validator that of this environment, the hotkey your wallet's."
fi
