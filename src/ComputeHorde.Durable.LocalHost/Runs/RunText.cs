using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace ComputeHorde.Durable.LocalHost.Runs;

/// <summary>Texts out of answers, as a terminal may show them: what jobs and callers wrote must not steer it.</summary>
internal static class RunText
{
    public static bool HasEnded(JsonObject run) =>
        run.ContainsKey("outcome") || run.ContainsKey("error") || Of(run["status"]) == "terminated";

    /// <summary>A value as text; empty for none.</summary>
    public static string Of(JsonNode? value) => value is null ? "" : Safe(value.ToString());

    public static string Time(JsonNode? value) =>
        value is not null && DateTimeOffset.TryParse(value.ToString(), CultureInfo.InvariantCulture, out var time)
            ? time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)
            : "";

    public static string Seconds(JsonNode? value) =>
        value is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{(double)value:0.0} s");

    /// <summary>What a run is doing, or why it ended.</summary>
    public static string Doing(JsonObject run) =>
        Of(run["status"]) is "pending" or "running" or "suspended"
            ? string.Join(
                ", ",
                new[] { Of(run["progress"]?["phase"]), Of(run["progress"]?["status"]) }.Where(static part => part.Length > 0)
            )
            : Of(run["failure_class"] ?? run["error"]);

    public static string Labels(JsonObject run) =>
        string.Join(
            " ",
            (run["labels"] as JsonObject ?? []).Select(static label =>
                Safe(label.Value?.ToString() is { Length: > 0 } value ? $"{label.Key}={value}" : label.Key)
            )
        );

    /// <summary>
    /// Replaces what is no character of a text: controls, what turns the direction or joins, takes no room or breaks lines, and halves of
    /// characters. Blanks stay blanks.
    /// </summary>
    public static string Safe(string text)
    {
        var safe = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            safe.Append(
                rune.Value is '\n' or '\r' or '\t' ? " "
                : IsUnsafe(rune) ? "\ufffd"
                : rune.ToString()
            );
        }

        return safe.ToString();
    }

    private static bool IsUnsafe(Rune rune) =>
        Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.PrivateUse
                or UnicodeCategory.OtherNotAssigned;
}
