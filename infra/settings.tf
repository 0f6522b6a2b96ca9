# The application settings. Names and meanings: the README's configuration table.

locals {
  app_settings = merge(local.function_settings, var.settings, local.identity_settings)

  # What an operator may replace through var.settings.
  function_settings = {
    ComputeHordePollSchedule             = "*/5 * * * * *"
    ComputeHordeSweepSchedule            = "0 */10 * * * *"
    ComputeHorde__FacilitatorUrl         = "https://facilitator.computehorde.io/"
    ComputeHorde__ValidatorHotkey        = ""
    ComputeHorde__PollIntervalSeconds    = "5"
    ComputeHorde__MaxPollIntervalSeconds = "60"
    ComputeHorde__CreateFenceSeconds     = "60"
    ComputeHorde__OutputUrlMarginSeconds = "3600"
    ComputeHorde__MaxHashedOutputBytes   = "1073741824"
    ComputeHorde__OutputStore            = "azure"
    ComputeHorde__S3Endpoint             = ""
    ComputeHorde__S3Region               = "us-east-1"
    ComputeHorde__S3Bucket               = ""
    ComputeHorde__S3AccessKeyId          = ""
    ComputeHorde__S3SecretAccessKey      = ""
    ComputeHorde__TrustedSecondsPerHour  = "3600"
    ComputeHorde__SuspectRate            = "0.5"
    ComputeHorde__CleanSamplesToTrust    = "20"
    ComputeHorde__MaxStartsPerMinute     = "3000"
    ComputeHorde__RequestTimeout         = "00:00:30"
    ComputeHorde__MaxRetries             = "4"
    ComputeHorde__RetryDelay             = "00:00:00.5"
    ComputeHorde__MaxRetryDelay          = "00:01:00"
    ComputeHorde__TokenRenewalMargin     = "00:05:00"
    ComputeHorde__MaxResponseBytes       = "268435456"
    ComputeHorde__Realm                  = "mainnet"
    ComputeHorde__SubnetId               = "12"
  }

  # What follows from the infrastructure. No key, no connection string with a secret: identities and a Key Vault reference.
  identity_settings = {
    AzureWebJobsStorage__accountName          = module.storage.name
    AzureWebJobsStorage__blobServiceUri       = module.storage.blob_endpoint
    AzureWebJobsStorage__queueServiceUri      = module.storage.queue_endpoint
    AzureWebJobsStorage__tableServiceUri      = module.storage.table_endpoint
    AzureWebJobsStorage__credential           = "managedidentity"
    AzureWebJobsStorage__clientId             = azurerm_user_assigned_identity.app.client_id
    AZURE_CLIENT_ID                           = azurerm_user_assigned_identity.app.client_id
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING = "ClientId=${azurerm_user_assigned_identity.app.client_id};Authorization=AAD"
    ComputeHorde__HotkeySecret                = "@Microsoft.KeyVault(SecretUri=${module.vault.uri}secrets/${var.hotkey_secret_name})"
  }
}
