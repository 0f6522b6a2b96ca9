variable "name" {
  description = "Name of the vault, at most 24 characters."
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

variable "tenant_id" {
  description = "The Entra tenant."
  type        = string
}

variable "public_access" {
  description = "Whether the vault answers on the internet (to identities with a role only)."
  type        = bool
}

variable "log_analytics_workspace_id" {
  description = "Where the audit log goes."
  type        = string
}

variable "tags" {
  description = "Tags."
  type        = map(string)
}
