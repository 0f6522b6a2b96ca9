# Who may do what. Every role is a built-in one, at the smallest scope that works.

locals {
  # The Functions host keeps leases, keys, timers, queue messages and the Durable task hub (blobs, queues, tables) in this account, and the
  # blob role also lets the app sign upload URLs with a user-delegation key.
  app_storage_roles = toset([
    "Storage Blob Data Owner",
    "Storage Queue Data Contributor",
    "Storage Table Data Contributor",
  ])

  # Operators hand in specifications and packages, and read results and evidence.
  operator_container_roles = {
    jobs          = "Storage Blob Data Contributor"
    deployments   = "Storage Blob Data Contributor"
    results       = "Storage Blob Data Reader"
    outputs       = "Storage Blob Data Reader"
    ledger        = "Storage Blob Data Reader"
    jobs-rejected = "Storage Blob Data Reader"
  }
}

resource "azurerm_role_assignment" "app_storage" {
  for_each = local.app_storage_roles

  scope                = module.storage.id
  role_definition_name = each.value
  principal_id         = azurerm_user_assigned_identity.app.principal_id
  principal_type       = "ServicePrincipal"
}

resource "azurerm_role_assignment" "app_telemetry" {
  scope                = module.monitoring.application_insights_id
  role_definition_name = "Monitoring Metrics Publisher"
  principal_id         = azurerm_user_assigned_identity.app.principal_id
  principal_type       = "ServicePrincipal"
}

# Key Vault references resolve with the system-assigned identity: the identity that reads the hotkey can do nothing else.
resource "azurerm_role_assignment" "app_secrets" {
  scope                = module.vault.id
  role_definition_name = "Key Vault Secrets User"
  principal_id         = module.function_app.principal_id
  principal_type       = "ServicePrincipal"
}

resource "azurerm_role_assignment" "operator_secrets" {
  scope                = module.vault.id
  role_definition_name = "Key Vault Secrets Officer"
  principal_id         = local.operator_id
  principal_type       = var.operator_principal_type
}

resource "azurerm_role_assignment" "operator_containers" {
  for_each = local.operator_container_roles

  scope                = module.storage.container_ids[each.key]
  role_definition_name = each.value
  principal_id         = local.operator_id
  principal_type       = var.operator_principal_type
}
