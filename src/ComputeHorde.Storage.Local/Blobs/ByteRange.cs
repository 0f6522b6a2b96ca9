using ComputeHorde.Storage.Local.Http;

namespace ComputeHorde.Storage.Local.Blobs;

/// <param name="Offset">The first byte.</param>
/// <param name="Length">How many there are.</param>
/// <param name="IsPart">Whether the reader has asked for a part, be it the whole.</param>
internal readonly record struct ByteRange(long Offset, long Length, bool IsPart)
{
    private const string Unit = "bytes=";

    /// <summary>What is no range of the form <c>bytes=1-2</c> or <c>bytes=1-</c> asks for the whole, as HTTP has it.</summary>
    /// <exception cref="StorageError">The range begins after the end.</exception>
    public static ByteRange Of(StorageRequest request, long length)
    {
        var header = request.Header("x-ms-range") ?? request.Header("Range");
        if (
            header is null
            || !header.StartsWith(Unit, StringComparison.OrdinalIgnoreCase)
            || header[Unit.Length..].Split('-') is not [var from, var to]
            || !long.TryParse(from, out var first)
            || (to.Length > 0 && !long.TryParse(to, out _))
        )
        {
            return new ByteRange(0, length, IsPart: false);
        }

        var last = to.Length > 0 ? Math.Min(long.Parse(to), length - 1) : length - 1;
        return first < length && first <= last ? new ByteRange(first, last - first + 1, IsPart: true) : throw Errors.InvalidRange(length);
    }
}
