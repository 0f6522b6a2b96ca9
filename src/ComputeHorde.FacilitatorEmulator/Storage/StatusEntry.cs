using ComputeHorde.Emulator.Python;
using ComputeHorde.Emulator.Wire;

namespace ComputeHorde.Emulator.Storage;

/// <summary>One entry of a job's history (protocol 5.3).</summary>
internal sealed record StatusEntry(string Status, PyDict Metadata, DateTimeOffset CreatedAt)
{
    /// <summary>The entry as it stands in an answer; rendered once, since every poll shows the whole history.</summary>
    public AnswerBody Json =>
        field ??= AnswerBody.Json(
            new PyDict
            {
                ["status"] = Status,
                ["metadata"] = JsonB.Order(Metadata),
                ["created_at"] = JobBody.Time(CreatedAt),
            }
        );
}
