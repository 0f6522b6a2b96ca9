namespace Microsoft.DurableTask.Client;

/// <summary>Which orchestration instances to list.</summary>
/// <param name="CreatedFrom">Only those created at or after this time.</param>
/// <param name="CreatedTo">Only those created at or before this time.</param>
/// <param name="Statuses">Only those in one of these statuses.</param>
/// <param name="TaskHubNames">Has no effect: there is one hub.</param>
/// <param name="InstanceIdPrefix">Only those whose id starts with this.</param>
/// <param name="PageSize">How many to list on a page.</param>
/// <param name="FetchInputsAndOutputs">Whether to read inputs, outputs and custom statuses too.</param>
/// <param name="ContinuationToken">Where to start; by default at the beginning.</param>
public record OrchestrationQuery(
    DateTimeOffset? CreatedFrom = null,
    DateTimeOffset? CreatedTo = null,
    IEnumerable<OrchestrationRuntimeStatus>? Statuses = null,
    IEnumerable<string>? TaskHubNames = null,
    string? InstanceIdPrefix = null,
    int PageSize = OrchestrationQuery.DefaultPageSize,
    bool FetchInputsAndOutputs = false,
    string? ContinuationToken = null)
{
    /// <summary>How many instances a page holds unless said otherwise.</summary>
    public const int DefaultPageSize = 100;
}
