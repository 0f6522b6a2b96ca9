namespace ComputeHorde.Storage.Local.Blobs;

/// <summary>The 64-bit CRC of Azure Storage: reflected, polynomial 0x9A6C9329AC4BC9B5, inverted at both ends, sent little-endian.</summary>
internal sealed class StorageCrc64
{
    private const ulong Polynomial = 0x9A6C9329AC4BC9B5;
    private static readonly ulong[] Table = MakeTable();
    private ulong _crc = ulong.MaxValue;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        var crc = _crc;
        foreach (var next in bytes)
        {
            crc = Table[(byte)(crc ^ next)] ^ (crc >> 8);
        }

        _crc = crc;
    }

    public string ToBase64()
    {
        var bytes = new byte[sizeof(ulong)];
        BitConverter.TryWriteBytes(bytes, ~_crc);
        return Convert.ToBase64String(bytes);
    }

    private static ulong[] MakeTable()
    {
        var table = new ulong[256];
        for (var index = 0; index < table.Length; index++)
        {
            var value = (ulong)index;
            for (var bit = 0; bit < 8; bit++)
            {
                value = (value & 1) == 0 ? value >> 1 : (value >> 1) ^ Polynomial;
            }

            table[index] = value;
        }

        return table;
    }
}
