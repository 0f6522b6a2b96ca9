using System.Globalization;

namespace ComputeHorde.Storage.Local.Queues;

/// <summary>
/// A message. Those that are due at the same time are handed out in order; the receipt is what whoever has it in hand must show to change
/// or delete it.
/// </summary>
internal sealed record MessageRecord(
    string Text,
    DateTimeOffset Inserted,
    DateTimeOffset Expires,
    DateTimeOffset Due,
    long Order,
    int DequeueCount,
    string Receipt
);

/// <summary>The place of a message in the order in which a queue hands its messages out.</summary>
internal sealed record DueMessage(string Id, DateTimeOffset Expires)
{
    public static string Key(MessageRecord message) => $"{message.Due.UtcTicks:D19}-{message.Order:D19}";

    /// <summary>The order in a key: the ticks of when the message was put, or a few more.</summary>
    public static long Order(string key) => long.Parse(key.AsSpan(key.IndexOf('-') + 1), NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>After the key of every message that is due by then.</summary>
    public static string After(DateTimeOffset time) => $"{time.UtcTicks:D19}.";
}
