output "name" {
  description = "Name of the function app."
  value       = local.app_name
}

output "default_hostname" {
  description = "Host name of the function app."
  value       = local.host
}

output "principal_id" {
  description = "Object id of the app's system-assigned identity, which resolves Key Vault references."
  value       = local.app_identity[0].principal_id
}
