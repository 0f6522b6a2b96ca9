terraform {
  required_version = ">= 1.9"

  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 4.55"
    }
  }
}

provider "azurerm" {
  subscription_id     = var.subscription_id
  storage_use_azuread = true

  features {
    # Containers and queues are made through Azure Resource Manager: no data-plane access, so private accounts work too.
    storage {
      data_plane_available = false
    }

    # The hotkey is money: destroying an environment must not destroy the only copy of its secret.
    key_vault {
      purge_soft_delete_on_destroy = false
    }
  }
}
