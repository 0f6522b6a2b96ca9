using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Limits;
using ComputeHorde.Durable.Notices;
using ComputeHorde.Durable.Runs;
using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Intake;

/// <summary>Makes the inputs of runs: what an orchestrator has to know of a request.</summary>
internal static class RunInputs
{
    public static RunInput Of(string id, string hash, JobRequest request, LimitBook limits, bool hasPreparedUrls) =>
        new(id, hash, WithFallback(request.Policy, limits.Fallback), (int)request.Spec.ExpectedToEndWithin().TotalSeconds)
        {
            Outputs = request.Outputs,
            HasPreparedUrls = hasPreparedUrls,
            Check = request.CrossValidation is { } check ? SnakeCaseJson.ToElement(check) : null,
            Namespace = request.Spec.JobNamespace ?? "",
            Labels = request.Labels,
            Place = limits.PlaceFor(request.Spec.JobNamespace ?? "", request.Limits),
            TrustedSecondsPerHour = request.Limits?.TrustedSecondsPerHour,
            IsStreaming = request.Spec.Streaming,
            Webhook = Webhooks.Of(id, request.Webhook),
            Warnings = [.. request.Warnings(), .. WarningsOf(request.Policy, limits.Fallback)],
            Trace = DurableTelemetry.Current,
        };

    /// <summary>Decided once, when the run begins: settings that change later do not change its course.</summary>
    private static RunPolicy WithFallback(RunPolicy policy, string? setting) =>
        policy with
        {
            Fallback = setting is null ? FallbackModes.Never : policy.Fallback ?? setting,
        };

    private static IEnumerable<string> WarningsOf(RunPolicy policy, string? setting)
    {
        if (setting is null && policy.Fallback is not (null or FallbackModes.Never))
        {
            yield return "policy.fallback has no effect: no fallback provider is set (ComputeHorde__FallbackProvider).";
        }
    }
}
