# Everything of one environment. The order of reading: names, storage, secrets, telemetry, the app; who may do what is in roles.tf.

locals {
  # Deterministic, so that no provider for random names is needed.
  suffix            = substr(sha256("${var.subscription_id}/${var.environment_name}/${var.location}"), 0, 6)
  name              = "computehorde-${var.environment_name}"
  is_flex           = var.hosting_plan == "flex-consumption"
  tags              = merge(var.tags, { "azd-env-name" = var.environment_name })
  operator_id       = coalesce(var.operator_principal_id, data.azurerm_client_config.current.object_id)
  storage_is_public = var.storage_public_access || !var.private_networking
}

data "azurerm_client_config" "current" {}

resource "azurerm_resource_group" "this" {
  name     = "rg-${local.name}"
  location = var.location
  tags     = local.tags
}

# The app's identity towards storage and telemetry. Key Vault references use the app's own system-assigned one.
resource "azurerm_user_assigned_identity" "app" {
  name                = "id-${local.name}"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  tags                = local.tags
}

module "network" {
  source = "./modules/network"
  count  = var.private_networking ? 1 : 0

  name                = local.name
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  address_space       = var.address_space
  app_delegation      = local.is_flex ? "Microsoft.App/environments" : "Microsoft.Web/serverFarms"
  tags                = local.tags

  private_endpoints = {
    blob  = { resource_id = module.storage.id, subresource = "blob", zone = "privatelink.blob.core.windows.net" }
    queue = { resource_id = module.storage.id, subresource = "queue", zone = "privatelink.queue.core.windows.net" }
    table = { resource_id = module.storage.id, subresource = "table", zone = "privatelink.table.core.windows.net" }
    vault = { resource_id = module.vault.id, subresource = "vault", zone = "privatelink.vaultcore.azure.net" }
  }
}

module "storage" {
  source = "./modules/storage"

  name                  = "st${substr(replace(var.environment_name, "-", ""), 0, 14)}${local.suffix}"
  resource_group_name   = azurerm_resource_group.this.name
  location              = azurerm_resource_group.this.location
  replication           = var.storage_replication
  public_access         = local.storage_is_public
  result_retention_days = var.result_retention_days
  output_retention_days = var.output_retention_days
  tags                  = local.tags
}

module "vault" {
  source = "./modules/vault"

  name                       = "kv-${substr(var.environment_name, 0, 13)}-${local.suffix}"
  resource_group_name        = azurerm_resource_group.this.name
  location                   = azurerm_resource_group.this.location
  tenant_id                  = data.azurerm_client_config.current.tenant_id
  public_access              = !var.private_networking
  log_analytics_workspace_id = module.monitoring.workspace_id
  tags                       = local.tags
}

module "monitoring" {
  source = "./modules/monitoring"

  name                = local.name
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  retention_days      = var.log_retention_days
  daily_quota_gb      = var.log_daily_quota_gb
  alert_email         = var.alert_email
  tags                = local.tags
}

module "function_app" {
  source = "./modules/function-app"

  name                         = "func-${local.name}-${local.suffix}"
  resource_group_name          = azurerm_resource_group.this.name
  location                     = azurerm_resource_group.this.location
  is_flex                      = local.is_flex
  premium_sku                  = var.premium_sku
  maximum_instance_count       = var.maximum_instance_count
  instance_memory_mb           = var.instance_memory_mb
  always_ready                 = var.always_ready
  identity_id                  = azurerm_user_assigned_identity.app.id
  storage_account_name         = module.storage.name
  package_container_endpoint   = "${module.storage.blob_endpoint}${module.storage.package_container_name}"
  app_insights_connection      = module.monitoring.connection_string
  app_settings                 = local.app_settings
  allowed_ip_ranges            = var.allowed_ip_ranges
  private_networking           = var.private_networking
  app_subnet_id                = one(module.network[*].app_subnet_id)
  private_endpoint_subnet_id   = one(module.network[*].private_endpoint_subnet_id)
  private_endpoint_dns_zone_id = one(module.network[*].sites_dns_zone_id)
  tags                         = local.tags

  # The host reads its storage at once when it starts.
  depends_on = [azurerm_role_assignment.app_storage]
}
