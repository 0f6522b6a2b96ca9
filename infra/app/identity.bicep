// The identity of the app towards storage, telemetry and the scheduler. What only the platform needs (the hotkey, the package) is read by
// the app's system-assigned identity: see site-roles.bicep.
param name string
param location string
param tags { *: string }

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
  tags: tags
}
