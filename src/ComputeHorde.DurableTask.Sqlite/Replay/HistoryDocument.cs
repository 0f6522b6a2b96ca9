using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ComputeHorde.DurableTask.Sqlite.Storage;

namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>An exported history.</summary>
internal sealed record HistoryDocument(
    string InstanceId,
    string Name,
    string? Version,
    string? Input,
    string? ParentName,
    string? ParentInstanceId,
    string Status,
    int Generation,
    int Events,
    IReadOnlyList<HistoryTurn> Turns
)
{
    /// <summary>A failure lies in that of its caller, a level deeper for each.</summary>
    private const int DeepestFailure = 10_000;

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        MaxDepth = DeepestFailure,
        Converters = { new FailureConverter() },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static HistoryDocument Of(StoredInstance instance, IReadOnlyList<HistoryTurn> turns) =>
        new(
            instance.Row.InstanceId,
            instance.Row.Name,
            instance.Row.Version,
            instance.Row.Input,
            instance.Row.Parent?.Name,
            instance.Row.Parent?.InstanceId,
            instance.State.Status.ToString(),
            instance.State.Generation,
            instance.State.Events,
            turns
        );

    public static HistoryDocument Read(string json) =>
        JsonSerializer.Deserialize<HistoryDocument>(json, Format) ?? throw new JsonException("The history is null.");

    public string Write() => JsonSerializer.Serialize(this, Format);
}
