variable "subscription_id" {
  description = "The Azure subscription to deploy to."
  type        = string
}

variable "environment_name" {
  description = "Name of the environment, for example `dev`; part of every resource name."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,14}[a-z0-9]$", var.environment_name))
    error_message = "environment_name has 2 to 16 lower-case letters, digits and dashes, and starts with a letter."
  }
}

variable "location" {
  description = "Azure region, for example `westeurope`. It must offer Flex Consumption unless hosting_plan says otherwise."
  type        = string
}

variable "hosting_plan" {
  description = "`flex-consumption` (scales to zero, Event Grid starts runs from blobs) or `elastic-premium` (always warm, blobs are polled)."
  type        = string
  default     = "flex-consumption"

  validation {
    condition     = contains(["flex-consumption", "elastic-premium"], var.hosting_plan)
    error_message = "hosting_plan is flex-consumption or elastic-premium."
  }
}

variable "premium_sku" {
  description = "Size of the Elastic Premium plan: `EP1`, `EP2` or `EP3`. Not used by Flex Consumption."
  type        = string
  default     = "EP1"
}

variable "maximum_instance_count" {
  description = "The most instances the app may scale out to."
  type        = number
  default     = 40
}

variable "instance_memory_mb" {
  description = "Memory of a Flex Consumption instance in MB: 512, 2048 or 4096."
  type        = number
  default     = 2048
}

variable "always_ready" {
  description = "Flex Consumption instances that are kept warm, by scale group, for example `{ durable = 1, http = 1 }`. They cost money while idle."
  type        = map(number)
  default     = {}
}

variable "settings" {
  description = "Application settings of the functions, by their names in the README's configuration table (`ComputeHorde__...`); they replace the defaults."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(setintersection(keys(var.settings), ["ComputeHorde__HotkeySecret", "AzureWebJobsStorage"])) == 0
    error_message = "The hotkey belongs in Key Vault and storage uses an identity: neither may be given as a plain setting."
  }

  validation {
    condition     = contains(["", "@Microsoft.KeyVault("], substr(lookup(var.settings, "ComputeHorde__S3SecretAccessKey", ""), 0, 20))
    error_message = "ComputeHorde__S3SecretAccessKey must be a Key Vault reference: @Microsoft.KeyVault(SecretUri=...)."
  }
}

variable "hotkey_secret_name" {
  description = "Name of the Key Vault secret that holds the hotkey (mnemonic, 0x-seed or secret URI). Its value is put there by hand, never by Terraform."
  type        = string
  default     = "hotkey"
}

variable "operator_principal_id" {
  description = "Object id of the user or group that operates the environment. Empty: whoever runs Terraform."
  type        = string
  default     = ""
}

variable "operator_principal_type" {
  description = "What operator_principal_id is: `User`, `Group` or `ServicePrincipal`."
  type        = string
  default     = "User"
}

variable "alert_email" {
  description = "Address that alerts are sent to. Empty: alerts fire in the portal only."
  type        = string
  default     = ""
}

variable "allowed_ip_ranges" {
  description = "CIDR ranges that may call the HTTP API. Empty: everybody who holds a function key."
  type        = list(string)
  default     = []
}

variable "private_networking" {
  description = "Joins the app to a virtual network, with private endpoints for storage, Key Vault and the app; the public HTTP API is closed but for allowed_ip_ranges."
  type        = bool
  default     = false
}

variable "storage_public_access" {
  description = "Leaves the storage account reachable from the internet (identities and SAS only). Executors upload outputs there; false needs outputs in S3 or R2."
  type        = bool
  default     = true
}

variable "address_space" {
  description = "Address range of the virtual network, /22 or larger. Only with private_networking."
  type        = string
  default     = "10.40.0.0/22"
}

variable "storage_replication" {
  description = "Replication of the storage account: `LRS`, `ZRS`, `GRS`, `GZRS`, `RAGRS` or `RAGZRS`."
  type        = string
  default     = "LRS"
}

variable "result_retention_days" {
  description = "Days after which requests, results and upload URLs are deleted. The longest run lasts 7 days. The ledger of cheats is kept for ever."
  type        = number
  default     = 30

  validation {
    condition     = var.result_retention_days >= 8
    error_message = "result_retention_days must outlive the longest run: 8 or more."
  }
}

variable "output_retention_days" {
  description = "Days after which the jobs' uploaded outputs are deleted."
  type        = number
  default     = 30

  validation {
    condition     = var.output_retention_days >= 8
    error_message = "output_retention_days must outlive the longest run: 8 or more."
  }
}

variable "log_retention_days" {
  description = "Days that Log Analytics keeps telemetry, 30 to 730."
  type        = number
  default     = 30
}

variable "log_daily_quota_gb" {
  description = "The most telemetry in GB a day; -1 sets no limit."
  type        = number
  default     = 5
}

variable "tags" {
  description = "Tags for every resource, besides `azd-env-name`."
  type        = map(string)
  default     = {}
}
