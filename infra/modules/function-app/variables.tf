variable "name" {
  description = "Name of the function app."
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

variable "is_flex" {
  description = "Flex Consumption, else Elastic Premium."
  type        = bool
}

variable "premium_sku" {
  description = "Size of the Elastic Premium plan."
  type        = string
}

variable "maximum_instance_count" {
  description = "The most instances."
  type        = number
}

variable "instance_memory_mb" {
  description = "Memory of a Flex Consumption instance in MB."
  type        = number
}

variable "always_ready" {
  description = "Flex Consumption instances that are kept warm, by scale group."
  type        = map(number)
}

variable "identity_id" {
  description = "Resource id of the user-assigned identity for storage and telemetry."
  type        = string
}

variable "storage_account_name" {
  description = "The storage account of the host."
  type        = string
}

variable "package_container_endpoint" {
  description = "Address of the container that holds the package."
  type        = string
}

variable "app_insights_connection" {
  description = "Connection string of Application Insights."
  type        = string
  sensitive   = true
}

variable "app_settings" {
  description = "Application settings."
  type        = map(string)
}

variable "allowed_ip_ranges" {
  description = "CIDR ranges that may call; empty for everybody who holds a function key, unless private_networking."
  type        = list(string)
}

variable "private_networking" {
  description = "Whether the app joins the virtual network and gets a private endpoint."
  type        = bool
}

variable "app_subnet_id" {
  description = "The subnet that the app sends from; null without private networking."
  type        = string
}

variable "private_endpoint_subnet_id" {
  description = "The subnet of private endpoints; null without private networking."
  type        = string
}

variable "private_endpoint_dns_zone_id" {
  description = "The private DNS zone of function apps; null without private networking."
  type        = string
}

variable "tags" {
  description = "Tags."
  type        = map(string)
}
