// Telemetry, the workbook and the alerts. The queries are files of their own in queries/.
param name string
param workspaceName string
param applicationInsightsName string
param location string
param tags { *: string }
param retentionDays int
param dailyQuotaGb int
param alertEmail string

var abbreviations = loadJsonContent('../abbreviations.json')

var alerts = [
  {
    name: 'failed-runs'
    severity: 2
    text: 'Runs ended as failed, timed out or broken in the last 15 minutes.'
    query: loadTextContent('../queries/failed-runs.kql')
  }
  {
    name: 'confirmed-cheats'
    severity: 1
    text: 'A miner\'s result was confirmed as wrong by two trusted runs.'
    query: loadTextContent('../queries/confirmed-cheats.kql')
  }
  {
    name: 'outages'
    severity: 2
    text: 'The facilitator or the storage account does not answer.'
    query: loadTextContent('../queries/outages.kql')
  }
  {
    name: 'poison-messages'
    severity: 2
    text: 'A queue message or a job specification was given up.'
    query: loadTextContent('../queries/poison-messages.kql')
  }
  {
    name: 'horde-down'
    severity: 2
    text: 'The last run of a schedule says that the horde is down.'
    query: loadTextContent('../queries/horde-down.kql')
  }
]

var charts = [
  { title: 'Runs ended, by status', visualization: 'barchart', query: loadTextContent('../queries/runs-by-status.kql') }
  {
    title: 'Failed attempts, by class and reason'
    visualization: 'table'
    query: loadTextContent('../queries/attempts-by-failure.kql')
  }
  {
    title: 'Jobs bought, and found again instead of bought twice'
    visualization: 'timechart'
    query: loadTextContent('../queries/jobs-bought.kql')
  }
  { title: 'Jobs in flight', visualization: 'timechart', query: loadTextContent('../queries/jobs-in-flight.kql') }
  {
    title: 'Time that jobs took to reach a status'
    visualization: 'table'
    query: loadTextContent('../queries/stage-durations.kql')
  }
  {
    title: 'Executor seconds, paid and trusted'
    visualization: 'timechart'
    query: loadTextContent('../queries/executor-time.kql')
  }
  { title: 'Checked jobs, by verdict', visualization: 'barchart', query: loadTextContent('../queries/verdicts.kql') }
  {
    title: 'Functions: calls, failures, 95th percentile'
    visualization: 'table'
    query: loadTextContent('../queries/function-durations.kql')
  }
  { title: 'Confirmed cheats', visualization: 'table', query: loadTextContent('../queries/confirmed-cheats.kql') }
  { title: 'Outages of what we depend on', visualization: 'table', query: loadTextContent('../queries/outages.kql') }
  {
    title: 'Messages and specifications given up'
    visualization: 'table'
    query: loadTextContent('../queries/poison-messages.kql')
  }
]

var items = [
  for (chart, position) in charts: {
    type: 3
    name: 'chart-${position}'
    content: {
      version: 'KqlItem/1.0'
      query: chart.query
      size: 0
      title: chart.title
      timeContext: { durationMs: 86400000 }
      queryType: 0
      resourceType: 'microsoft.operationalinsights/workspaces'
      visualization: chart.visualization
    }
  }
]

resource workspace 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: workspaceName
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: retentionDays
    workspaceCapping: { dailyQuotaGb: dailyQuotaGb }
    features: { disableLocalAuth: true }
  }
}

// Without local authentication the connection string is an address, not a credential: only an identity with a role can send.
resource applicationInsights 'Microsoft.Insights/components@2020-02-02' = {
  name: applicationInsightsName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    DisableLocalAuth: true
  }
}

resource operators 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${abbreviations.actionGroup}${name}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'computehorde'
    enabled: true
    emailReceivers: empty(alertEmail)
      ? []
      : [{ name: 'operators', emailAddress: alertEmail, useCommonAlertSchema: true }]
  }
}

resource rules 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for alert in alerts: {
    name: '${alert.name}-${name}'
    location: location
    tags: tags
    properties: {
      description: alert.text
      severity: alert.severity
      enabled: true
      scopes: [workspace.id]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT15M'
      autoMitigate: true
      // The tables exist only after the first telemetry: do not refuse the rule before.
      skipQueryValidation: true
      criteria: {
        allOf: [{ query: alert.query, timeAggregation: 'Count', operator: 'GreaterThan', threshold: 0 }]
      }
      actions: { actionGroups: [operators.id] }
    }
  }
]

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, 'runs')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    category: 'workbook'
    displayName: 'ComputeHorde runs (${name})'
    sourceId: workspace.id
    serializedData: string({
      version: 'Notebook/1.0'
      fallbackResourceIds: [workspace.id]
      items: items
    })
  }
}
