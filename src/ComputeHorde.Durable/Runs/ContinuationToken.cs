using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace ComputeHorde.Durable.Runs;

/// <summary>Where a page of runs ended.</summary>
/// <param name="Hub">What the task hub gave, in its own order; null when the youngest come first.</param>
internal sealed record ContinuationToken(string? Hub)
{
    // Back ends differ in what they make of a token that is none of theirs: some answer with an empty page. So ours can be told from others.
    private const string HubPrefix = "p1.", NewestPrefix = "n1.";

    /// <summary>With the youngest first: what was created at this time, or before it, has not been shown.</summary>
    public DateTimeOffset Until { get; private init; }

    /// <summary>Of those that were created at this very time, the last one shown, in the order of names from the last to the first; null for none.</summary>
    public string? After { get; private init; }

    public bool IsNewestFirst => Hub is null;

    public static ContinuationToken? OfHub(string? token) => string.IsNullOrEmpty(token) ? null : new ContinuationToken(token);

    public static ContinuationToken OfNewest(DateTimeOffset until, string? after) => new((string?)null) { Until = until, After = after };

    public override string ToString() => Hub is not null
        ? HubPrefix + Encode(Hub)
        : NewestPrefix + Encode(string.Create(CultureInfo.InvariantCulture, $"{Until.UtcTicks} {After}"));

    /// <summary>Reads what <see cref="ToString"/> gave; null when it is nothing of the kind.</summary>
    public static ContinuationToken? Parse(string text)
    {
        try
        {
            if (text.StartsWith(HubPrefix, StringComparison.Ordinal))
            {
                return OfHub(Decode(text, HubPrefix.Length));
            }

            return text.StartsWith(NewestPrefix, StringComparison.Ordinal)
                && Decode(text, NewestPrefix.Length).Split(' ', 2) is [var time, var after]
                && long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) && ticks <= DateTime.MaxValue.Ticks
                ? OfNewest(new DateTimeOffset(ticks, TimeSpan.Zero), after.Length == 0 ? null : after)
                : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static string Encode(string text) => WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(text));

    private static string Decode(string text, int offset) => Encoding.UTF8.GetString(WebEncoders.Base64UrlDecode(text, offset, text.Length - offset));
}
