using System.Diagnostics.CodeAnalysis;

namespace ComputeHorde.Durable.Storage;

/// <summary>HistoryText that come from outside and go into a history.</summary>
internal static class HistoryText
{
    /// <summary>The longest text that a history takes from outside, in characters.</summary>
    public const int MaxLength = 500;

    /// <summary>Cuts <paramref name="text"/> so that nobody can fill a history with it.</summary>
    [return: NotNullIfNotNull(nameof(text))]
    public static string? Truncate(string? text) => text is null || text.Length <= MaxLength ? text : string.Concat(text.AsSpan(0, MaxLength - 1), "…");
}
