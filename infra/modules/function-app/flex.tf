resource "azurerm_function_app_flex_consumption" "this" {
  count = var.is_flex ? 1 : 0

  name                = var.name
  resource_group_name = var.resource_group_name
  location            = var.location
  service_plan_id     = azurerm_service_plan.this.id
  tags                = merge(var.tags, { "azd-service-name" = "functions" })

  runtime_name           = "dotnet-isolated"
  runtime_version        = "10.0"
  maximum_instance_count = var.maximum_instance_count
  instance_memory_in_mb  = var.instance_memory_mb

  storage_container_type            = "blobContainer"
  storage_container_endpoint        = var.package_container_endpoint
  storage_authentication_type       = "UserAssignedIdentity"
  storage_user_assigned_identity_id = var.identity_id

  https_only                                     = true
  public_network_access_enabled                  = true
  virtual_network_subnet_id                      = var.app_subnet_id
  webdeploy_publish_basic_authentication_enabled = false

  # Event Grid starts runs from blobs; the polled trigger does not exist on this plan.
  app_settings = merge(var.app_settings, {
    "AzureWebJobs.JobSpecPolled.Disabled" = "true"
  })

  identity {
    type         = "SystemAssigned, UserAssigned"
    identity_ids = [var.identity_id]
  }

  dynamic "always_ready" {
    for_each = var.always_ready

    content {
      name           = always_ready.key
      instance_count = always_ready.value
    }
  }

  site_config {
    application_insights_connection_string = var.app_insights_connection
    minimum_tls_version                    = "1.2"
    http2_enabled                          = true
    ip_restriction_default_action          = local.is_restricted ? "Deny" : "Allow"
    scm_use_main_ip_restriction            = true

    dynamic "ip_restriction" {
      for_each = local.allowed

      content {
        name        = ip_restriction.value.name
        action      = "Allow"
        priority    = ip_restriction.value.priority
        ip_address  = ip_restriction.value.ip_address
        service_tag = ip_restriction.value.service_tag
      }
    }
  }
}
