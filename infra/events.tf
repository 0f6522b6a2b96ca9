# Flex Consumption has no polled blob trigger: Event Grid tells the app of every specification that lands in container `jobs`.
# The subscription points at a web hook whose address holds a key of the app, and Event Grid checks that the function answers. It is
# therefore made after the deployment by scripts/subscribe-blob-events.sh: the key never enters the Terraform state.

resource "azurerm_eventgrid_system_topic" "storage" {
  count = local.is_flex ? 1 : 0

  name                = "evgt-${local.name}"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  source_resource_id  = module.storage.id
  topic_type          = "Microsoft.Storage.StorageAccounts"
  tags                = local.tags
}
