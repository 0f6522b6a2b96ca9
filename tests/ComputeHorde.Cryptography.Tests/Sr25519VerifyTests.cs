using System.Numerics;

namespace ComputeHorde.Cryptography.Tests;

/// <summary>What must not verify, one rule at a time.</summary>
public sealed class Sr25519VerifyTests : IDisposable
{
    private static readonly BigInteger s_order = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493");

    private readonly Sr25519KeyPair _pair = Sr25519KeyPair.FromUri("//Alice");
    private readonly byte[] _message = "attack at dawn"u8.ToArray();

    public void Dispose() => _pair.Dispose();

    [Fact]
    public void Verify_MessagesOfAnyLength_RoundTrip()
    {
        var random = new Random(10);
        for (var length = 0; length < 520; length++)
        {
            var message = new byte[length];
            random.NextBytes(message);
            Assert.True(Sr25519.Verify(_pair.PublicKey, message, _pair.Sign(message)));
        }
    }

    [Fact]
    public void Verify_AnyBitOfAnyInputFlipped_IsFalse()
    {
        var signature = _pair.Sign(_message);
        var key = _pair.PublicKey.ToArray();
        foreach (var input in (byte[][])[signature, key, _message])
        {
            for (var bit = 0; bit < 8 * input.Length; bit++)
            {
                input[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.False(Sr25519.Verify(key, _message, signature), $"bit {bit} of {input.Length} bytes");
                input[bit / 8] ^= (byte)(1 << (bit % 8));
            }
        }

        Assert.True(Sr25519.Verify(key, _message, signature));
    }

    [Theory]
    [InlineData(31, 64)]
    [InlineData(33, 64)]
    [InlineData(0, 64)]
    [InlineData(32, 63)]
    [InlineData(32, 65)]
    [InlineData(32, 0)]
    public void Verify_WrongLengths_IsFalse(int keyLength, int signatureLength)
    {
        byte[] key = [.. _pair.PublicKey, 0];
        byte[] signature = [.. _pair.Sign(_message), 0];
        Assert.False(Sr25519.Verify(key.AsSpan(0, keyLength), _message, signature.AsSpan(0, signatureLength)));
    }

    [Fact]
    public void Verify_MarkerCleared_IsFalse()
    {
        var signature = _pair.Sign(_message);
        signature[63] &= 0x7f;
        Assert.False(Sr25519.Verify(_pair.PublicKey, _message, signature));
    }

    [Fact]
    public void Verify_GroupOrderAddedToS_IsFalse()
    {
        // s + L still fits 253 bits, and so does every multiple up to 7: the same s modulo L, another signature.
        var signature = _pair.Sign(_message);
        byte[] bytes = signature[32..];
        bytes[31] &= 0x7f;
        var s = new BigInteger(bytes, isUnsigned: true);
        for (var multiple = 1; multiple < 7; multiple++)
        {
            var malleated = s + (multiple * s_order);
            byte[] forged = [.. signature[..32], .. new byte[32]];
            Assert.True(malleated.TryWriteBytes(forged.AsSpan(32), out _, isUnsigned: true));
            forged[63] |= 0x80;
            Assert.False(Sr25519.Verify(_pair.PublicKey, _message, forged));
        }
    }

    [Fact]
    public void Verify_NegatedEncodingOfR_IsFalse()
    {
        // p - R encodes the same field element up to sign; RFC 9496 allows only the even one.
        var signature = _pair.Sign(_message);
        var r = BigInteger.Pow(2, 255) - 19 - new BigInteger(signature.AsSpan(0, 32), isUnsigned: true);
        signature.AsSpan(0, 32).Clear();
        Assert.True(r.TryWriteBytes(signature, out _, isUnsigned: true));
        Assert.False(Sr25519.Verify(_pair.PublicKey, _message, signature));
    }

    [Fact]
    public void Verify_IdentityAsPublicKey_IsFalseForASignatureThatFitsTheEquation()
    {
        // With the identity as key, s·B = R + k·0 holds for R = s·B, whatever the message: anybody could sign.
        byte[] s = [.. new byte[31], 7];
        byte[] forged = [.. new byte[32], .. s];
        Assert.Equal(0, Sodium.MultiplyBase(forged.AsSpan(0, 32), s));
        forged[63] |= 0x80;
        Assert.False(Sr25519.Verify(new byte[32], _message, forged));
    }

    [Fact]
    public void Verify_IdentityAsR_IsFalseForASignatureThatFitsTheEquation()
    {
        // s = k·key with R = 0 fits the equation, and gives the key away.
        var secretKey = new byte[64];
        var publicKey = new byte[32];
        Sr25519.ExpandSeed(new byte[32], secretKey);
        Sr25519.DerivePublicKey(secretKey, publicKey);
        var forged = new byte[64];
        var k = new byte[32];
        Sr25519.Challenge(publicKey, _message, forged.AsSpan(0, 32), k);
        Sodium.ScalarMultiply(forged.AsSpan(32), k, secretKey.AsSpan(0, 32));
        forged[63] |= 0x80;
        Assert.False(Sr25519.Verify(publicKey, _message, forged));
    }

    [Fact]
    public void Verify_SignatureOfAnotherKeyOrMessage_IsFalse()
    {
        using var other = Sr25519KeyPair.FromUri("//Bob");
        Assert.False(Sr25519.Verify(other.PublicKey, _message, _pair.Sign(_message)));
        Assert.False(Sr25519.Verify(_pair.PublicKey, [], _pair.Sign(_message)));
        Assert.False(Sr25519.Verify(_pair.PublicKey, [.. _message, 0], _pair.Sign(_message)));
    }
}
