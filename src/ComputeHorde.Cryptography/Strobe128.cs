using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ComputeHorde.Cryptography;

/// <summary>
/// The part of STROBE-128/1600 v1.0.2 (strobe.sourceforge.io/specs) that Merlin uses: AD, meta-AD, KEY and PRF. A value type of
/// 200 bytes of state and three counters; a copy is an independent fork.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal struct Strobe128
{
    /// <summary>Bytes per block that data may use: 200 - 2·128/8 - 2 for the framing.</summary>
    private const int Rate = 166;

    private const int StateSize = 200;

    /// <summary>Room for libsodium's state, of 224 bytes, on a boundary of 16.</summary>
    private const int NativeStateSize = 224 + 15;

    private const byte FlagI = 1,
        FlagA = 2,
        FlagC = 4,
        FlagM = 16;

    private State _state;
    private byte _position;
    private byte _begin;

    internal Strobe128(ReadOnlySpan<byte> protocol)
    {
        ReadOnlySpan<byte> domain = [1, Rate + 2, 1, 0, 1, 96];
        Span<byte> state = _state;
        domain.CopyTo(state);
        "STROBEv1.0.2"u8.CopyTo(state[domain.Length..]);
        Permute(state);
        MetaAssociatedData(protocol, more: false);
    }

    /// <summary>meta-AD: absorbs framing.</summary>
    internal void MetaAssociatedData(ReadOnlySpan<byte> data, bool more)
    {
        Begin(FlagM | FlagA, more);
        Absorb(data);
    }

    /// <summary>AD: absorbs public data.</summary>
    internal void AssociatedData(ReadOnlySpan<byte> data)
    {
        Begin(FlagA, more: false);
        Absorb(data);
    }

    /// <summary>KEY: replaces a part of the state by secret data.</summary>
    internal void Key(ReadOnlySpan<byte> data)
    {
        Begin(FlagA | FlagC, more: false);
        Span<byte> state = _state;
        foreach (var value in data)
        {
            state[_position] = value;
            Advance();
        }
    }

    /// <summary>PRF: squeezes pseudo-random bytes.</summary>
    internal void PseudoRandom(Span<byte> destination)
    {
        Begin(FlagI | FlagA | FlagC, more: false);
        Span<byte> state = _state;
        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = state[_position];
            state[_position] = 0;
            Advance();
        }
    }

    private void Begin(byte flags, bool more)
    {
        if (more)
        {
            return;
        }

        var previous = _begin;
        _begin = (byte)(_position + 1);
        Absorb([previous, flags]);
        if ((flags & FlagC) != 0 && _position != 0)
        {
            RunPermutation();
        }
    }

    private void Absorb(ReadOnlySpan<byte> data)
    {
        Span<byte> state = _state;
        foreach (var value in data)
        {
            state[_position] ^= value;
            Advance();
        }
    }

    private void Advance()
    {
        if (++_position == Rate)
        {
            RunPermutation();
        }
    }

    private void RunPermutation()
    {
        Span<byte> state = _state;
        state[_position] ^= _begin;
        state[_position + 1] ^= 0x04;
        state[Rate + 1] ^= 0x80;
        Permute(state);
        _position = 0;
        _begin = 0;
    }

    /// <summary>Keccak-f[1600] on bytes, as FIPS 202 numbers them; how libsodium keeps its state is its own affair.</summary>
    private static unsafe void Permute(Span<byte> state)
    {
        Span<byte> room = stackalloc byte[NativeStateSize];
        fixed (byte* start = room)
        {
            var native = room[(int)((nuint)(-(nint)start) & 15)..];
            Sodium.KeccakInit(native);
            Sodium.KeccakXor(native, state, 0, StateSize);
            Sodium.KeccakPermute(native);
            Sodium.KeccakExtract(native, state, 0, StateSize);
        }

        SecretMemory.Erase(room);
    }

    [InlineArray(StateSize)]
    private struct State
    {
        private byte _first;
    }
}
