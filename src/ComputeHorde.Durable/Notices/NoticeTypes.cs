using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.Notices;

/// <summary>What can be told: the values of <c>type</c> in a notice.</summary>
internal static class NoticeTypes
{
    public const string Run = "run.",
        Batch = "batch.",
        Checked = "checked";

    /// <summary>How runs and batches end, and that the verdicts about them are known.</summary>
    public static readonly IReadOnlyList<string> All =
    [
        "run.completed",
        "run.failed",
        "run.timed_out",
        "run.cancelled",
        "run.checked",
        "batch.completed",
        "batch.cancelled",
        "batch.rejected",
        "batch.unreadable",
        "batch.checked",
    ];

    public static IEnumerable<ValidationProblem> Validate(IEnumerable<string?>? types, string field) =>
        (types ?? [])
            .Select(static (type, index) => (type, index))
            .Where(static entry => !All.Contains(entry.type))
            .Take(10)
            .Select(entry => new ValidationProblem($"{field}[{entry.index}]", $"must be one of {string.Join(", ", All)}."));
}
