using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>Ids that come out the same in every replay: RFC 4122 version 5 of instance, time and a counter.</summary>
internal static class DeterministicGuid
{
    private static readonly byte[] Namespace = new Guid("9e952958-5e33-4daf-827f-2fa12937b875").ToByteArray(bigEndian: true);

    [SuppressMessage("Security", "CA5350", Justification = "Version 5 is defined over SHA-1; nothing is protected by it.")]
    public static Guid Create(string instanceId, DateTime now, int counter)
    {
        var name = Encoding.UTF8.GetBytes($"{instanceId}_{now:o}_{counter}");
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData([.. Namespace, .. name], hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
