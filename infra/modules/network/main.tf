resource "azurerm_virtual_network" "this" {
  name                = "vnet-${var.name}"
  resource_group_name = var.resource_group_name
  location            = var.location
  address_space       = [var.address_space]
  tags                = var.tags
}

resource "azurerm_network_security_group" "this" {
  for_each = local.subnets

  name                = "nsg-${each.key}-${var.name}"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags

  # Platform defaults allow the virtual network; nothing may come in from the internet.
  security_rule = []
}

locals {
  subnets = {
    app       = { range = cidrsubnet(var.address_space, 1, 0), delegation = var.app_delegation }
    endpoints = { range = cidrsubnet(var.address_space, 2, 2), delegation = null }
  }
}

resource "azurerm_subnet" "this" {
  for_each = local.subnets

  name                              = "snet-${each.key}"
  resource_group_name               = var.resource_group_name
  virtual_network_name              = azurerm_virtual_network.this.name
  address_prefixes                  = [each.value.range]
  private_endpoint_network_policies = "Enabled"

  dynamic "delegation" {
    for_each = each.value.delegation == null ? [] : [each.value.delegation]

    content {
      name = "functions"

      service_delegation {
        name    = delegation.value
        actions = ["Microsoft.Network/virtualNetworks/subnets/join/action"]
      }
    }
  }
}

resource "azurerm_subnet_network_security_group_association" "this" {
  for_each = local.subnets

  subnet_id                 = azurerm_subnet.this[each.key].id
  network_security_group_id = azurerm_network_security_group.this[each.key].id
}

resource "azurerm_private_dns_zone" "this" {
  for_each = setunion([for endpoint in var.private_endpoints : endpoint.zone], [local.sites_zone])

  name                = each.key
  resource_group_name = var.resource_group_name
  tags                = var.tags
}

locals {
  sites_zone = "privatelink.azurewebsites.net"
}

resource "azurerm_private_dns_zone_virtual_network_link" "this" {
  for_each = azurerm_private_dns_zone.this

  name                  = "link-${var.name}"
  resource_group_name   = var.resource_group_name
  private_dns_zone_name = each.value.name
  virtual_network_id    = azurerm_virtual_network.this.id
  tags                  = var.tags
}

resource "azurerm_private_endpoint" "this" {
  for_each = var.private_endpoints

  name                = "pep-${each.key}-${var.name}"
  resource_group_name = var.resource_group_name
  location            = var.location
  subnet_id           = azurerm_subnet.this["endpoints"].id
  tags                = var.tags

  private_service_connection {
    name                           = each.key
    private_connection_resource_id = each.value.resource_id
    subresource_names              = [each.value.subresource]
    is_manual_connection           = false
  }

  private_dns_zone_group {
    name                 = each.key
    private_dns_zone_ids = [azurerm_private_dns_zone.this[each.value.zone].id]
  }
}
