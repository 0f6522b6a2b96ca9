using System.Runtime.InteropServices;

namespace ComputeHorde.Cryptography;

/// <summary>A message with its signature and the key that is said to have made it, for <see cref="Sr25519.VerifyBatch"/>.</summary>
/// <param name="PublicKey">The signer's key, 32 bytes.</param>
/// <param name="Message">The signed bytes.</param>
/// <param name="Signature">64 bytes.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Sr25519SignedMessage(
    ReadOnlyMemory<byte> PublicKey, ReadOnlyMemory<byte> Message, ReadOnlyMemory<byte> Signature);
