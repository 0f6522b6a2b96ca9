namespace ComputeHorde.Emulator.Storage;

/// <summary>Keeps jobs beyond the process. Every method completes when its change is on disk.</summary>
internal interface IJobLog : IAsyncDisposable
{
    (IReadOnlyList<JobRecord> Jobs, IReadOnlyList<EmulatedCheatReport> Reports) Load(TextFile texts);

    /// <summary>A new job with its first status.</summary>
    Task AddJobAsync(JobRecord job);

    Task AddStatusAsync(JobRecord job, StatusEntry entry);

    Task SetMinerAsync(JobRecord job);

    Task AddReportAsync(EmulatedCheatReport report);

    /// <summary>Forgets a job and its reports.</summary>
    Task RemoveAsync(Guid uuid);
}
