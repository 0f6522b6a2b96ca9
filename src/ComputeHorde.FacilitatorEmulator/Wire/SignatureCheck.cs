using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using ComputeHorde.Cryptography;
using ComputeHorde.Emulator.Python;

namespace ComputeHorde.Emulator.Wire;

/// <summary>Verifies request signatures (protocol 3.2), from the received values alone.</summary>
internal static class SignatureCheck
{
    /// <summary>
    /// True when <paramref name="signature"/> covers <paramref name="payload"/>, a text or any other JSON value (protocol 3.5, 3.6).
    /// </summary>
    public static bool Verifies(RequestSignature signature, object? payload)
    {
        if (signature.TimestampNs.Sign < 0 || signature.TimestampNs > ulong.MaxValue)
        {
            return false;
        }

        byte[] text = Encoding.UTF8.GetBytes(PyJsonWriter.DumpsSorted(payload));
        byte[] message = new byte[8 + text.Length];
        BinaryPrimitives.WriteUInt64BigEndian(message, (ulong)signature.TimestampNs);
        text.CopyTo(message, 8);
        byte[] digest = new byte[64];
        Blake2b.Hash(message, digest);
        return VerifiesBytes(signature.Signatory, digest, signature.Signature);
    }

    /// <summary>
    /// True when <paramref name="signature"/> by <paramref name="address"/> covers <paramref name="message"/>, plain or
    /// wrapped in <c>&lt;Bytes&gt;</c> (protocol 4.5).
    /// </summary>
    public static bool VerifiesBytes(string address, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != 64 || !TryPublicKey(address, out byte[] key))
        {
            return false;
        }

        return Sr25519.Verify(key, message, signature) || Sr25519.Verify(key, [.. "<Bytes>"u8, .. message, .. "</Bytes>"u8], signature);
    }

    /// <summary>Reads an SS58 address of any network, as bittensor-wallet does.</summary>
    public static bool TryPublicKey(string address, out byte[] key) => Ss58.TryDecode(address, out key, out _);
}
