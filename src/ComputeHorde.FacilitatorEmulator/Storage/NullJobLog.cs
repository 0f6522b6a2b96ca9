namespace ComputeHorde.Emulator.Storage;

/// <summary>Keeps nothing: jobs live as long as the emulator.</summary>
internal sealed class NullJobLog : IJobLog
{
    public (IReadOnlyList<JobRecord> Jobs, IReadOnlyList<EmulatedCheatReport> Reports) Load(TextFile texts) => ([], []);

    public Task AddJobAsync(JobRecord job) => Task.CompletedTask;

    public Task AddStatusAsync(JobRecord job, StatusEntry entry) => Task.CompletedTask;

    public Task SetMinerAsync(JobRecord job) => Task.CompletedTask;

    public Task AddReportAsync(EmulatedCheatReport report) => Task.CompletedTask;

    public Task RemoveAsync(Guid uuid) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
