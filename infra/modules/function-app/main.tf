# One of two hosting plans; the application is the same.

locals {
  app_name      = one(concat(azurerm_function_app_flex_consumption.this[*].name, azurerm_linux_function_app.this[*].name))
  app_id        = one(concat(azurerm_function_app_flex_consumption.this[*].id, azurerm_linux_function_app.this[*].id))
  host          = one(concat(azurerm_function_app_flex_consumption.this[*].default_hostname, azurerm_linux_function_app.this[*].default_hostname))
  app_identity  = one(concat(azurerm_function_app_flex_consumption.this[*].identity, azurerm_linux_function_app.this[*].identity))
  is_restricted = var.private_networking || length(var.allowed_ip_ranges) > 0

  # Event Grid must reach the web hook of the blob trigger even where callers are restricted.
  allowed = concat(
    [for position, range in var.allowed_ip_ranges : { name = "caller-${position}", ip_address = range, service_tag = null, priority = 100 + position }],
    local.is_restricted && var.is_flex ? [{ name = "event-grid", ip_address = null, service_tag = "AzureEventGrid", priority = 300 }] : [],
  )
}

resource "azurerm_service_plan" "this" {
  name                = "plan-${var.name}"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags

  os_type                      = "Linux"
  sku_name                     = var.is_flex ? "FC1" : var.premium_sku
  maximum_elastic_worker_count = var.is_flex ? null : var.maximum_instance_count
}

resource "azurerm_private_endpoint" "app" {
  count = var.private_networking ? 1 : 0

  name                = "pep-${var.name}"
  resource_group_name = var.resource_group_name
  location            = var.location
  subnet_id           = var.private_endpoint_subnet_id
  tags                = var.tags

  private_service_connection {
    name                           = "sites"
    private_connection_resource_id = local.app_id
    subresource_names              = ["sites"]
    is_manual_connection           = false
  }

  private_dns_zone_group {
    name                 = "sites"
    private_dns_zone_ids = [var.private_endpoint_dns_zone_id]
  }
}
