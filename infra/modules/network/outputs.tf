output "app_subnet_id" {
  description = "The subnet that the app sends from."
  value       = azurerm_subnet.this["app"].id
}

output "private_endpoint_subnet_id" {
  description = "The subnet of the private endpoints."
  value       = azurerm_subnet.this["endpoints"].id
}

output "sites_dns_zone_id" {
  description = "The private DNS zone of function apps."
  value       = azurerm_private_dns_zone.this[local.sites_zone].id
}
