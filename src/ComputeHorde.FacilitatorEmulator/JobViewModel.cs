using ComputeHorde.Emulator.Python;
using ComputeHorde.Emulator.Storage;

namespace ComputeHorde.Emulator;

internal static class JobViewModel
{
    public static EmulatedJob Describe(JobRecord job)
    {
        IReadOnlyList<StatusEntry> history = job.History;
        return new EmulatedJob(
            job.Uuid,
            job.Request.Tag,
            job.Hotkey,
            job.Request.DockerImage,
            job.Request.ExecutorClass,
            job.Request.OnTrustedMiner,
            job.Miner,
            job.Behaviour,
            history[^1].Status,
            job.CreatedAt,
            [
                .. history.Select(entry => new EmulatedStatus(
                    entry.Status,
                    entry.CreatedAt,
                    Detail(entry, "reason"),
                    Detail(entry, "message")
                )),
            ]
        );
    }

    private static string? Detail(StatusEntry entry, string key) =>
        entry
            .Metadata.Where(p => p.Key.EndsWith("_details", StringComparison.Ordinal))
            .Select(p => (p.Value as PyDict)?.GetText(key))
            .FirstOrDefault();
}
