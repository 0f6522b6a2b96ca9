using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace ComputeHorde.Cryptography;

/// <summary>
/// BLAKE2b without a key (RFC 7693), fed piece by piece. Digests of 1 to 64 bytes, blocks of 128 bytes. A value type: nothing is
/// allocated; pass it by reference, because a copy continues on its own.
/// </summary>
public struct Blake2bHasher
{
    private const int BlockSize = 128;

    private static readonly ulong[] s_initializationVector =
    [
        0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
        0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
    ];

    private Words8 _state;
    private Block _block;
    private ulong _length;
    private int _blockLength;
    private int _digestSize;

    /// <summary>Starts a digest.</summary>
    /// <param name="digestSize">Length of the digest in bytes, 1 to 64. It takes part in the result: a short digest is no prefix of a longer one.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is not in 1..64.</exception>
    public Blake2bHasher(int digestSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(digestSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(digestSize, Blake2b.MaxDigestSize);
        s_initializationVector.CopyTo(_state);
        _state[0] ^= 0x01010000UL ^ (ulong)digestSize;
        _digestSize = digestSize;
    }

    private static ReadOnlySpan<byte> Sigma =>
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3,
        11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4,
        7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8,
        9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13,
        2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9,
        12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11,
        13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10,
        6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5,
        10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0,
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3,
    ];

    /// <summary>Adds data to the digest.</summary>
    /// <param name="data">Any number of bytes.</param>
    /// <exception cref="InvalidOperationException">The hasher was not started, or is finished.</exception>
    public void Append(ReadOnlySpan<byte> data)
    {
        ThrowIfNotStarted();
        Span<byte> block = _block;
        while (data.Length > 0)
        {
            // The last block is compressed in Finish, which alone knows that it is the last.
            if (_blockLength == BlockSize)
            {
                Compress(block, BlockSize, last: false);
                _blockLength = 0;
            }

            if (_blockLength == 0)
            {
                while (data.Length > BlockSize)
                {
                    Compress(data[..BlockSize], BlockSize, last: false);
                    data = data[BlockSize..];
                }
            }

            var count = Math.Min(BlockSize - _blockLength, data.Length);
            data[..count].CopyTo(block[_blockLength..]);
            _blockLength += count;
            data = data[count..];
        }
    }

    /// <summary>Writes the digest and ends the hasher: it cannot be used again.</summary>
    /// <param name="destination">Exactly as long as the digest.</param>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    /// <exception cref="InvalidOperationException">The hasher was not started, or is finished.</exception>
    public void Finish(Span<byte> destination)
    {
        ThrowIfNotStarted();
        if (destination.Length != _digestSize)
        {
            throw new ArgumentException($"The destination has {destination.Length} bytes, the digest {_digestSize}.", nameof(destination));
        }

        Span<byte> block = _block;
        block[_blockLength..].Clear();
        Compress(block, _blockLength, last: true);

        Span<byte> digest = stackalloc byte[Blake2b.MaxDigestSize];
        for (var i = 0; i < 8; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(digest[(8 * i)..], _state[i]);
        }

        digest[.._digestSize].CopyTo(destination);
        this = default;
    }

    private readonly void ThrowIfNotStarted()
    {
        if (_digestSize == 0)
        {
            throw new InvalidOperationException("The hasher was not started with a digest size, or is finished.");
        }
    }

    private void Compress(ReadOnlySpan<byte> block, int count, bool last)
    {
        // More than 2^64 bytes cannot be fed, so the upper half of the counter stays zero.
        _length += (ulong)count;

        Span<ulong> m = stackalloc ulong[16];
        for (var i = 0; i < m.Length; i++)
        {
            m[i] = BinaryPrimitives.ReadUInt64LittleEndian(block[(8 * i)..]);
        }

        var iv = s_initializationVector;
        ulong v0 = _state[0], v1 = _state[1], v2 = _state[2], v3 = _state[3];
        ulong v4 = _state[4], v5 = _state[5], v6 = _state[6], v7 = _state[7];
        ulong v8 = iv[0], v9 = iv[1], v10 = iv[2], v11 = iv[3];
        ulong v12 = iv[4] ^ _length, v13 = iv[5], v14 = last ? ~iv[6] : iv[6], v15 = iv[7];

        var sigma = Sigma;
        for (var round = 0; round < 12; round++)
        {
            var s = sigma.Slice(16 * round, 16);
            Mix(ref v0, ref v4, ref v8, ref v12, m[s[0]], m[s[1]]);
            Mix(ref v1, ref v5, ref v9, ref v13, m[s[2]], m[s[3]]);
            Mix(ref v2, ref v6, ref v10, ref v14, m[s[4]], m[s[5]]);
            Mix(ref v3, ref v7, ref v11, ref v15, m[s[6]], m[s[7]]);
            Mix(ref v0, ref v5, ref v10, ref v15, m[s[8]], m[s[9]]);
            Mix(ref v1, ref v6, ref v11, ref v12, m[s[10]], m[s[11]]);
            Mix(ref v2, ref v7, ref v8, ref v13, m[s[12]], m[s[13]]);
            Mix(ref v3, ref v4, ref v9, ref v14, m[s[14]], m[s[15]]);
        }

        _state[0] ^= v0 ^ v8;
        _state[1] ^= v1 ^ v9;
        _state[2] ^= v2 ^ v10;
        _state[3] ^= v3 ^ v11;
        _state[4] ^= v4 ^ v12;
        _state[5] ^= v5 ^ v13;
        _state[6] ^= v6 ^ v14;
        _state[7] ^= v7 ^ v15;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(ref ulong a, ref ulong b, ref ulong c, ref ulong d, ulong x, ulong y)
    {
        a += b + x;
        d = BitOperations.RotateRight(d ^ a, 32);
        c += d;
        b = BitOperations.RotateRight(b ^ c, 24);
        a += b + y;
        d = BitOperations.RotateRight(d ^ a, 16);
        c += d;
        b = BitOperations.RotateRight(b ^ c, 63);
    }

    [InlineArray(8)]
    private struct Words8
    {
        private ulong _first;
    }

    [InlineArray(BlockSize)]
    private struct Block
    {
        private byte _first;
    }
}
