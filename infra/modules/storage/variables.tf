variable "name" {
  description = "Name of the storage account."
  type        = string
}

variable "resource_group_name" {
  description = "The resource group."
  type        = string
}

variable "location" {
  description = "The region."
  type        = string
}

variable "replication" {
  description = "Replication, for example `LRS`."
  type        = string
}

variable "public_access" {
  description = "Whether the account answers on the internet (to identities and SAS only)."
  type        = bool
}

variable "result_retention_days" {
  description = "Days before requests, results, specifications and secrets left behind are deleted."
  type        = number
}

variable "output_retention_days" {
  description = "Days before uploaded outputs are deleted."
  type        = number
}

variable "tags" {
  description = "Tags."
  type        = map(string)
}
