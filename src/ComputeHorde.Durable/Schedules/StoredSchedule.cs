using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure;

namespace ComputeHorde.Durable.Schedules;

/// <summary>A schedule in one version of its document.</summary>
internal sealed record StoredSchedule(string Name, ScheduleDocument Document, ETag ETag)
{
    /// <summary>The name of the run of an occurrence. It says which one it is, so that whoever starts it again starts nothing.</summary>
    public static string RunOf(string schedule, DateTimeOffset occurrence) =>
        $"{schedule}-{occurrence.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}";

    /// <summary>When an occurrence starts: its time and a jitter that follows from its name, the same on every machine.</summary>
    public DateTimeOffset StartOf(DateTimeOffset occurrence)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(RunOf(Name, occurrence)));
        return occurrence.AddSeconds(Document.Spec.JitterSeconds * (BitConverter.ToUInt32(hash) / (uint.MaxValue + 1.0)));
    }
}
