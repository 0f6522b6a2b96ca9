output "workspace_id" {
  description = "Resource id of the Log Analytics workspace."
  value       = azurerm_log_analytics_workspace.this.id
}

output "application_insights_id" {
  description = "Resource id of Application Insights."
  value       = azurerm_application_insights.this.id
}

output "connection_string" {
  description = "Where telemetry goes. Not a credential: local authentication is off."
  value       = azurerm_application_insights.this.connection_string
  sensitive   = true
}
