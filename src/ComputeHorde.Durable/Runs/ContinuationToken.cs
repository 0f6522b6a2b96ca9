using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace ComputeHorde.Durable.Runs;

/// <summary>Where a page of runs ended.</summary>
/// <param name="Hub">What the task hub gave, in its own order; null when the youngest come first.</param>
internal sealed record ContinuationToken(string? Hub)
{
    // Back ends differ in what they make of a token that is none of theirs: some answer with an empty page. So ours can be told from
    // others.
    private const string HubPrefix = "p1.",
        NewestPrefix = "n2.";

    /// <summary>With the youngest first: what was created at this time, or before it, has not been shown.</summary>
    public DateTimeOffset Until { get; private init; }

    /// <summary>
    /// Of those that were created at this very time, the last one shown, in the order of names from the last to the first; null for none.
    /// </summary>
    public string? After { get; private init; }

    /// <summary>How wide a span before <see cref="Until"/> is likely to hold a page.</summary>
    public TimeSpan Span { get; private init; }

    public bool IsNewestFirst => Hub is null;

    public static ContinuationToken? OfHub(string? token) => string.IsNullOrEmpty(token) ? null : new ContinuationToken(token);

    public static ContinuationToken OfNewest(DateTimeOffset until, string? after, TimeSpan span) =>
        new((string?)null)
        {
            Until = until,
            After = after,
            Span = span,
        };

    public override string ToString() =>
        Hub is not null
            ? HubPrefix + Encode(Hub)
            : NewestPrefix + Encode(string.Create(CultureInfo.InvariantCulture, $"{Until.UtcTicks} {Span.Ticks} {After}"));

    /// <summary>Reads what <see cref="ToString"/> gave; null when it is nothing of the kind.</summary>
    public static ContinuationToken? Parse(string text)
    {
        try
        {
            if (text.StartsWith(HubPrefix, StringComparison.Ordinal))
            {
                return OfHub(Decode(text, HubPrefix.Length));
            }

            return
                text.StartsWith(NewestPrefix, StringComparison.Ordinal)
                && Decode(text, NewestPrefix.Length).Split(' ', 3) is [var time, var width, var after]
                && TryReadTicks(time, out var until)
                && TryReadTicks(width, out var span)
                ? OfNewest(new DateTimeOffset(until, TimeSpan.Zero), after.Length == 0 ? null : after, new TimeSpan(span))
                : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static bool TryReadTicks(string text, out long ticks) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ticks) && ticks <= DateTime.MaxValue.Ticks;

    private static string Encode(string text) => WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(text));

    private static string Decode(string text, int offset) =>
        Encoding.UTF8.GetString(WebEncoders.Base64UrlDecode(text, offset, text.Length - offset));
}
