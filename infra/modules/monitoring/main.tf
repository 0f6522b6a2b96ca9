resource "azurerm_log_analytics_workspace" "this" {
  name                = "log-${var.name}"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags

  sku                          = "PerGB2018"
  retention_in_days            = var.retention_days
  daily_quota_gb               = var.daily_quota_gb
  local_authentication_enabled = false
}

# Without local authentication the connection string is an address, not a credential: only an identity with a role can send.
resource "azurerm_application_insights" "this" {
  name                = "appi-${var.name}"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags

  application_type              = "web"
  workspace_id                  = azurerm_log_analytics_workspace.this.id
  local_authentication_disabled = true
}

resource "azurerm_monitor_action_group" "operators" {
  name                = "ag-${var.name}"
  resource_group_name = var.resource_group_name
  short_name          = "computehorde"
  tags                = var.tags

  dynamic "email_receiver" {
    for_each = var.alert_email == "" ? [] : [var.alert_email]

    content {
      name                    = "operators"
      email_address           = email_receiver.value
      use_common_alert_schema = true
    }
  }
}

locals {
  alerts = {
    failed-runs      = { severity = 2, text = "Runs ended as failed, timed out or broken in the last 15 minutes." }
    confirmed-cheats = { severity = 1, text = "A miner's result was confirmed as wrong by two trusted runs." }
    outages          = { severity = 2, text = "The facilitator or the storage account does not answer." }
    poison-messages  = { severity = 2, text = "A queue message or a job specification was given up." }
  }
}

resource "azurerm_monitor_scheduled_query_rules_alert_v2" "this" {
  for_each = local.alerts

  name                = "${each.key}-${var.name}"
  resource_group_name = var.resource_group_name
  location            = var.location
  description         = each.value.text
  severity            = each.value.severity
  scopes              = [azurerm_log_analytics_workspace.this.id]
  tags                = var.tags

  evaluation_frequency    = "PT5M"
  window_duration         = "PT15M"
  auto_mitigation_enabled = true

  # The tables exist only after the first telemetry: do not refuse the rule before.
  skip_query_validation = true

  criteria {
    query                   = file("${path.module}/queries/${each.key}.kql")
    time_aggregation_method = "Count"
    operator                = "GreaterThan"
    threshold               = 0
  }

  action {
    action_groups = [azurerm_monitor_action_group.operators.id]
  }
}

resource "azurerm_application_insights_workbook" "runs" {
  # A workbook's name is a UUID; this one follows from the environment's name.
  name                = uuidv5("url", "https://computehorde-durable/workbooks/${var.name}")
  resource_group_name = var.resource_group_name
  location            = var.location
  display_name        = "ComputeHorde runs (${var.name})"
  source_id           = lower(azurerm_log_analytics_workspace.this.id)
  tags                = var.tags

  data_json = jsonencode({
    version             = "Notebook/1.0"
    fallbackResourceIds = [azurerm_log_analytics_workspace.this.id]
    items = [for position, chart in local.charts : {
      type = 3
      name = chart.query
      content = {
        version       = "KqlItem/1.0"
        query         = file("${path.module}/queries/${chart.query}.kql")
        size          = 0
        title         = chart.title
        timeContext   = { durationMs = 86400000 }
        queryType     = 0
        resourceType  = "microsoft.operationalinsights/workspaces"
        visualization = chart.visualization
      }
    }]
  })
}

locals {
  charts = [
    { query = "runs-by-status", title = "Runs ended, by status", visualization = "barchart" },
    { query = "attempts-by-failure", title = "Failed attempts, by class and reason", visualization = "table" },
    { query = "jobs-bought", title = "Jobs bought, and found again instead of bought twice", visualization = "timechart" },
    { query = "jobs-in-flight", title = "Jobs in flight", visualization = "timechart" },
    { query = "stage-durations", title = "Time that jobs took to reach a status", visualization = "table" },
    { query = "executor-time", title = "Executor seconds, paid and trusted", visualization = "timechart" },
    { query = "verdicts", title = "Checked jobs, by verdict", visualization = "barchart" },
    { query = "function-durations", title = "Functions: calls, failures, 95th percentile", visualization = "table" },
    { query = "confirmed-cheats", title = "Confirmed cheats", visualization = "table" },
    { query = "outages", title = "Outages of what we depend on", visualization = "table" },
    { query = "poison-messages", title = "Messages and specifications given up", visualization = "table" },
  ]
}
