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

variable "address_space" {
  description = "Address range of the virtual network, /22 or larger: half for the app, a quarter for private endpoints."
  type        = string
}

variable "app_delegation" {
  description = "The service that the app's subnet is handed to."
  type        = string
}

variable "private_endpoints" {
  description = "What gets a private endpoint: resource, subresource and private DNS zone."
  type = map(object({
    resource_id = string
    subresource = string
    zone        = string
  }))
}

variable "tags" {
  description = "Tags."
  type        = map(string)
}
