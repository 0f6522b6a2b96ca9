variable "name" {
  description = "Name of the environment's resources."
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

variable "retention_days" {
  description = "Days that telemetry is kept."
  type        = number
}

variable "daily_quota_gb" {
  description = "The most telemetry in GB a day; -1 sets no limit."
  type        = number
}

variable "alert_email" {
  description = "Address of the alerts; empty for none."
  type        = string
}

variable "tags" {
  description = "Tags."
  type        = map(string)
}
