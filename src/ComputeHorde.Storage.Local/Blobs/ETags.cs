using System.Security.Cryptography;

namespace ComputeHorde.Storage.Local.Blobs;

/// <summary>Makes ETags, each different from all others whatever the clock does: by chance, or by seed and count.</summary>
internal sealed class ETags(int? seed)
{
    private readonly Lock _gate = new();
    private readonly Random? _random = seed is { } number ? new Random(number) : null;

    public string Next()
    {
        var bytes = new byte[7];
        if (_random is null)
        {
            RandomNumberGenerator.Fill(bytes);
        }
        else
        {
            lock (_gate)
            {
#pragma warning disable CA5394 // By seed: the tests of a simulator run the same way each time.
                _random.NextBytes(bytes);
#pragma warning restore CA5394
            }
        }

        return $"\"0x8D{Convert.ToHexString(bytes)[..13]}\"";
    }
}
