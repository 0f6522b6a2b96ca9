using ComputeHorde.Durable.Outputs;

namespace ComputeHorde.Durable.Intake;

/// <summary>Mints the upload URLs of runs that a specification starts, before they begin.</summary>
internal static class PreparedRuns
{
    /// <summary>A facilitator that is away for longer finds URLs that have ended; new ones are minted and written over them then.</summary>
    private const int WaitSeconds = 1800;

    public static Task PrepareAsync(OutputUrls outputs, string run, JobRequest request, CancellationToken cancellationToken) =>
        outputs.PrepareAsync(
            run,
            request.Outputs,
            request.Spec.ExpectedToEndWithin() + TimeSpan.FromSeconds(request.Policy.LostAfterSeconds) + outputs.Margin,
            TimeSpan.FromSeconds(request.Policy.CreateTimeoutSeconds ?? WaitSeconds),
            cancellationToken
        );
}
