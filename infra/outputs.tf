# azd stores these as environment variables. No secret among them.

output "AZURE_RESOURCE_GROUP" {
  description = "The resource group of the environment."
  value       = azurerm_resource_group.this.name
}

output "AZURE_FUNCTION_APP_NAME" {
  description = "The function app."
  value       = module.function_app.name
}

output "AZURE_FUNCTION_APP_URL" {
  description = "Where the HTTP API answers."
  value       = "https://${module.function_app.default_hostname}/api"
}

output "AZURE_STORAGE_ACCOUNT_NAME" {
  description = "The storage account: job specifications go to its container `jobs`."
  value       = module.storage.name
}

output "AZURE_KEY_VAULT_NAME" {
  description = "The vault that the hotkey has to be put into."
  value       = module.vault.name
}

output "AZURE_HOTKEY_SECRET_NAME" {
  description = "The name of the secret that holds the hotkey."
  value       = var.hotkey_secret_name
}

output "AZURE_EVENTGRID_TOPIC_NAME" {
  description = "The Event Grid system topic of the storage account; empty where blobs are polled."
  value       = join("", azurerm_eventgrid_system_topic.storage[*].name)
}
