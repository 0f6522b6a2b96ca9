resource "azurerm_storage_account" "this" {
  name                = var.name
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags

  account_kind                     = "StorageV2"
  account_tier                     = "Standard"
  account_replication_type         = var.replication
  min_tls_version                  = "TLS1_2"
  https_traffic_only_enabled       = true
  shared_access_key_enabled        = false
  default_to_oauth_authentication  = true
  allow_nested_items_to_be_public  = false
  cross_tenant_replication_enabled = false
  local_user_enabled               = false
  public_network_access_enabled    = var.public_access

  blob_properties {
    delete_retention_policy {
      days = 7
    }

    container_delete_retention_policy {
      days = 7
    }
  }
}

# The names are those of ContainerNames in the functions; they would make missing ones themselves, roles and life cycles need them earlier.
resource "azurerm_storage_container" "this" {
  for_each = toset(["jobs", "requests", "results", "outputs", "inflight", "job-urls", "ledger", "sampling", "jobs-rejected", "secrets", "deployments"])

  name                  = each.key
  storage_account_id    = azurerm_storage_account.this.id
  container_access_type = "private"
}

resource "azurerm_storage_queue" "this" {
  for_each = toset(["batches", "batches-poison"])

  name               = each.key
  storage_account_id = azurerm_storage_account.this.id
}

# Nothing in inflight (the watch over paid jobs), ledger (evidence) or sampling (its key) is ever deleted by age.
resource "azurerm_storage_management_policy" "this" {
  storage_account_id = azurerm_storage_account.this.id

  dynamic "rule" {
    for_each = {
      requests      = var.result_retention_days
      results       = var.result_retention_days
      job-urls      = var.result_retention_days
      secrets       = var.result_retention_days
      jobs          = var.result_retention_days
      jobs-rejected = var.result_retention_days
      outputs       = var.output_retention_days
    }

    content {
      name    = "delete-old-${rule.key}"
      enabled = true

      filters {
        blob_types   = ["blockBlob"]
        prefix_match = ["${rule.key}/"]
      }

      actions {
        base_blob {
          delete_after_days_since_modification_greater_than = rule.value
        }
      }
    }
  }
}
