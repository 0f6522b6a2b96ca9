resource "azurerm_linux_function_app" "this" {
  count = var.is_flex ? 0 : 1

  name                = var.name
  resource_group_name = var.resource_group_name
  location            = var.location
  service_plan_id     = azurerm_service_plan.this.id
  tags                = merge(var.tags, { "azd-service-name" = "functions" })

  # No file share: it would need the account key. The package is read from its container with the identity.
  storage_account_name          = var.storage_account_name
  storage_uses_managed_identity = true
  content_share_force_disabled  = true
  functions_extension_version   = "~4"

  https_only                                     = true
  public_network_access_enabled                  = true
  virtual_network_subnet_id                      = var.app_subnet_id
  ftp_publish_basic_authentication_enabled       = false
  webdeploy_publish_basic_authentication_enabled = false

  # The provider writes the account name itself. Blobs are polled here.
  app_settings = merge({ for name, value in var.app_settings : name => value if name != "AzureWebJobsStorage__accountName" }, {
    "AzureWebJobs.JobSpecEvent.Disabled"         = "true"
    WEBSITE_RUN_FROM_PACKAGE                     = "${var.package_container_endpoint}/functions.zip"
    WEBSITE_RUN_FROM_PACKAGE_BLOB_MI_RESOURCE_ID = var.identity_id
  })

  identity {
    type         = "SystemAssigned, UserAssigned"
    identity_ids = [var.identity_id]
  }

  site_config {
    application_insights_connection_string = var.app_insights_connection
    minimum_tls_version                    = "1.2"
    scm_minimum_tls_version                = "1.2"
    ftps_state                             = "Disabled"
    http2_enabled                          = true
    elastic_instance_minimum               = 1
    health_check_path                      = "/api/health"
    health_check_eviction_time_in_min      = 5
    runtime_scale_monitoring_enabled       = var.private_networking
    vnet_route_all_enabled                 = var.private_networking
    ip_restriction_default_action          = local.is_restricted ? "Deny" : "Allow"
    scm_use_main_ip_restriction            = true

    application_stack {
      dotnet_version              = "10.0"
      use_dotnet_isolated_runtime = true
    }

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
