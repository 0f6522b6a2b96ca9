using System.Globalization;

namespace ComputeHorde.Storage.Local.Http;

internal static class HttpDate
{
    public static string Format(DateTimeOffset time) => time.ToString("R", CultureInfo.InvariantCulture);

    /// <exception cref="StorageError">The header is there and is no date.</exception>
    public static DateTimeOffset? Read(StorageRequest request, string header)
    {
        if (request.Header(header) is not { } text)
        {
            return null;
        }

        return TryParse(text, out var time) ? Seconds(time) : throw Errors.InvalidHeader(header, text);
    }

    public static bool TryParse(string text, out DateTimeOffset time) =>
        DateTimeOffset.TryParse(
            text,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out time
        );

    /// <summary>To the second, as HTTP shows it.</summary>
    public static DateTimeOffset Seconds(DateTimeOffset time) =>
        new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
}
