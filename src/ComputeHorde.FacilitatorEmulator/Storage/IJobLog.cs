namespace ComputeHorde.Emulator.Storage;

/// <summary>Keeps jobs beyond the process. Every method completes when its change is on disk.</summary>
internal interface IJobLog : IAsyncDisposable
{
    /// <summary>Everything kept so far.</summary>
    (IReadOnlyList<JobRecord> Jobs, IReadOnlyList<EmulatedCheatReport> Reports) Load();

    /// <summary>A new job with its first status.</summary>
    Task AddJobAsync(JobRecord job);

    /// <summary>A further status.</summary>
    Task AddStatusAsync(JobRecord job, StatusEntry entry);

    /// <summary>The miner that took a job.</summary>
    Task SetMinerAsync(JobRecord job);

    /// <summary>A cheat report.</summary>
    Task AddReportAsync(EmulatedCheatReport report);

    /// <summary>Forgets a job and its reports.</summary>
    Task RemoveAsync(Guid uuid);
}
