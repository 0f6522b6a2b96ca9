using System.Buffers.Binary;

namespace ComputeHorde.Cryptography;

/// <summary>
/// A Merlin v1.0 transcript (merlin.cool): labelled messages go in, challenges that depend on all of them come out. A value type
/// on the stack; a copy is an independent fork.
/// </summary>
internal struct MerlinTranscript
{
    private Strobe128 _strobe;

    internal MerlinTranscript(ReadOnlySpan<byte> label)
    {
        _strobe = new("Merlin v1.0"u8);
        Append("dom-sep"u8, label);
    }

    /// <summary>Appends a message under a label.</summary>
    internal void Append(ReadOnlySpan<byte> label, ReadOnlySpan<byte> message)
    {
        Frame(label, message.Length);
        _strobe.AssociatedData(message);
    }

    /// <summary>Fills the destination with the challenge of that label and length.</summary>
    internal void Challenge(ReadOnlySpan<byte> label, Span<byte> destination)
    {
        Frame(label, destination.Length);
        _strobe.PseudoRandom(destination);
    }

    /// <summary>Fills 32 bytes with the challenge of 64 bytes, reduced modulo the group order.</summary>
    internal void ChallengeScalar(ReadOnlySpan<byte> label, Span<byte> scalar)
    {
        Span<byte> wide = stackalloc byte[64];
        Challenge(label, wide);
        Sodium.ScalarReduce(scalar, wide);
    }

    /// <summary>
    /// Fills the destination with secret bytes that depend on the transcript, on the secret and on fresh randomness; the
    /// transcript itself does not change. Any one of the three suffices to keep the result unpredictable.
    /// </summary>
    internal readonly void Witness(
        ReadOnlySpan<byte> label,
        ReadOnlySpan<byte> secret,
        ReadOnlySpan<byte> randomness,
        Span<byte> destination
    )
    {
        var fork = this;
        fork.Frame(label, secret.Length);
        fork._strobe.Key(secret);
        fork._strobe.MetaAssociatedData("rng"u8, more: false);
        fork._strobe.Key(randomness);
        fork.Frame([], destination.Length);
        fork._strobe.PseudoRandom(destination);
    }

    private void Frame(ReadOnlySpan<byte> label, int length)
    {
        Span<byte> size = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(size, length);
        _strobe.MetaAssociatedData(label, more: false);
        _strobe.MetaAssociatedData(size, more: true);
    }
}
