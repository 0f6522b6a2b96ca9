using System.Globalization;

namespace ComputeHorde.DurableTask.Sqlite.Storage;

/// <summary>Where a listing of instances goes on: after what was created at a time, or after a name in a listing by names.</summary>
/// <param name="CreatedAt">Ticks of UTC.</param>
/// <param name="Key">Orders what was created at the same time.</param>
/// <param name="InstanceId">The name; null in a listing by creation.</param>
internal sealed record InstanceCursor(long CreatedAt, long Key, string? InstanceId = null)
{
    private const char NameMark = '=';

    public static InstanceCursor ByName(string instanceId) => new(0, 0, instanceId);

    /// <summary>Reads what <see cref="ToString"/> gave; null when it is nothing of the kind.</summary>
    public static InstanceCursor? Parse(string text)
    {
        if (text.StartsWith(NameMark))
        {
            return ByName(text[1..]);
        }

        return text.Split('.') is [var createdAt, var key] && TryRead(createdAt, out var ticks) && TryRead(key, out var number)
            ? new InstanceCursor(ticks, number)
            : null;
    }

    public override string ToString() =>
        InstanceId is null ? string.Create(CultureInfo.InvariantCulture, $"{CreatedAt}.{Key}") : NameMark + InstanceId;

    private static bool TryRead(string text, out long value) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
