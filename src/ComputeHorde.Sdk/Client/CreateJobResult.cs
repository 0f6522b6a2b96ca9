namespace ComputeHorde.Sdk;

/// <summary>A created job.</summary>
/// <param name="Job">The job. When several are stored under the tag, the first.</param>
/// <param name="Tag">The tag it is stored under.</param>
/// <param name="Created">True when this call created it, false when it was found by its tag.</param>
public sealed record CreateJobResult(ComputeHordeJob Job, string Tag, bool Created)
{
    /// <summary>
    /// Further jobs under the same tag. Only possible when the facilitator stored an earlier request after its connection had broken and
    /// after the look-up: those jobs run and cost as well.
    /// </summary>
    public IReadOnlyList<ComputeHordeJob> Duplicates { get; init; } = [];

    /// <summary>
    /// Certificate with which the job's server can be reached; null for a job that does not stream, and for a job that was found without
    /// its certificate being given. Export it to keep it beyond this process.
    /// </summary>
    public StreamingCertificate? StreamingCertificate { get; init; }
}
