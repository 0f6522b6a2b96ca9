using System.Security.Cryptography;
using ComputeHorde.Storage.Local.Http;

namespace ComputeHorde.Storage.Local.Blobs;

/// <summary>What the sender says of a body's checksum, and what it is.</summary>
internal sealed class Checksums : IDisposable
{
    private readonly string? _givenMd5;
    private readonly string? _givenCrc64;
#pragma warning disable CA5351 // The protocol's checksum, no protection.
    private readonly IncrementalHash _md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
#pragma warning restore CA5351
    private readonly StorageCrc64? _crc64;

    private Checksums(string? md5, string? crc64, bool always)
    {
        (_givenMd5, _givenCrc64) = (md5, crc64);
        _crc64 = crc64 is not null || (always && md5 is null) ? new StorageCrc64() : null;
    }

    /// <param name="request">The request whose body is checked.</param>
    /// <param name="isWholeBlob">The MD5 of the blob itself counts, before that of the request.</param>
    /// <exception cref="StorageError">The headers contradict each other, or are malformed.</exception>
    public static Checksums Of(StorageRequest request, bool isWholeBlob)
    {
        if (request.Header("x-ms-content-crc64") is not null && request.Header("Content-MD5") is not null)
        {
            throw Errors.BothChecksums();
        }

        var md5 = ReadMd5(request, isWholeBlob ? "x-ms-blob-content-md5" : "Content-MD5") ?? ReadMd5(request, "Content-MD5");
        var crc64 = request.Header("x-ms-content-crc64");
        if (crc64 is not null && Decode(crc64)?.Length != sizeof(ulong))
        {
            throw Errors.InvalidHeader("x-ms-content-crc64", crc64);
        }

        return new Checksums(md5, crc64, always: !isWholeBlob);
    }

    /// <summary>Of bytes that come from elsewhere, against an MD5 in that header.</summary>
    public static Checksums Of(StorageRequest request, string header) => new(ReadMd5(request, header), crc64: null, always: false);

    public Stream Around(Stream content) =>
        new ObservedStream(
            content,
            bytes =>
            {
                _md5.AppendData(bytes);
                _crc64?.Append(bytes);
            }
        );

    /// <returns>MD5, Base64, and the CRC where it was asked for.</returns>
    /// <exception cref="StorageError">It is not what was sent.</exception>
    public (string Md5, string? Crc64) Check()
    {
        var md5 = Convert.ToBase64String(_md5.GetHashAndReset());
        if (_givenMd5 is not null && _givenMd5 != md5)
        {
            throw Errors.Md5Mismatch(_givenMd5, md5);
        }

        var crc64 = _crc64?.ToBase64();
        return _givenCrc64 is null || _givenCrc64 == crc64 ? (md5, crc64) : throw Errors.Crc64Mismatch(_givenCrc64, crc64!);
    }

    public void Dispose() => _md5.Dispose();

    private static string? ReadMd5(StorageRequest request, string header)
    {
        var md5 = request.Header(header);
        return md5 is null || Decode(md5)?.Length == MD5.HashSizeInBytes ? md5 : throw Errors.InvalidMd5();
    }

    private static byte[]? Decode(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) ? bytes[..length] : null;
    }
}
