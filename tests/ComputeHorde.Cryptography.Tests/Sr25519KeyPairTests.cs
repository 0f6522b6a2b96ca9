using System.Reflection;

namespace ComputeHorde.Cryptography.Tests;

public sealed class Sr25519KeyPairTests : IDisposable
{
    private static readonly byte[] s_seed = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
    private readonly Sr25519KeyPair _pair = Sr25519KeyPair.FromSeed(s_seed);

    public void Dispose() => _pair.Dispose();

    [Fact]
    public void Sign_SameMessageTwice_GivesDifferentValidSignatures()
    {
        byte[] first = _pair.Sign([1]),
            second = _pair.Sign([1]);
        Assert.NotEqual(first[..32], second[..32]);
        Assert.True(Sr25519.Verify(_pair.PublicKey, [1], first));
        Assert.True(Sr25519.Verify(_pair.PublicKey, [1], second));
    }

    [Fact]
    public void Sign_BrokenRandomness_StillGivesEachMessageAndKeyItsOwnNonce()
    {
        // One R for two messages would give the key away. With constant randomness R must still depend on message and key.
        byte[] key = new byte[64],
            otherKey = new byte[64],
            publicKey = new byte[32];
        Sr25519.ExpandSeed(s_seed, key);
        Sr25519.DerivePublicKey(key, publicKey);
        key.CopyTo(otherKey, 0);
        otherKey[63] ^= 1;
        var r = R(key, [1]);
        Assert.Equal(r, R(key, [1]));
        Assert.NotEqual(r, R(key, [2]));
        Assert.NotEqual(r, R(otherKey, [1]));

        byte[] R(byte[] secretKey, byte[] message)
        {
            var signature = new byte[64];
            Sr25519.Sign(secretKey, publicKey, message, new byte[32], signature);
            Assert.True(Sr25519.Verify(publicKey, message, signature));
            return signature[..32];
        }
    }

    [Fact]
    public void SignAndVerify_AfterWarmUp_AllocateNothing()
    {
        var message = new byte[64];
        var signature = new byte[64];
        SignAndVerify();

        // The least of several rounds: the runtime itself may allocate on this thread while it recompiles.
        Assert.Equal(0, Enumerable.Range(0, 4).Min(_ => SignAndVerify()));

        long SignAndVerify()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var valid = true;
            for (var i = 0; i < 10; i++)
            {
                _pair.Sign(message, signature);
                valid &= Sr25519.Verify(_pair.PublicKey, message, signature);
            }

            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(valid);
            return allocated;
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(63)]
    [InlineData(65)]
    public void Sign_DestinationOfAnotherSize_Throws(int size) => Assert.Throws<ArgumentException>(() => _pair.Sign([1], new byte[size]));

    [Fact]
    public void Use_AfterDispose_ThrowsAndTheSecretIsGone()
    {
        var pair = Sr25519KeyPair.FromSeed(s_seed);
        var address = pair.Address;
        pair.Dispose();
        pair.Dispose();
        Assert.Throws<ObjectDisposedException>(() => pair.Sign([1]));
        Assert.Throws<ObjectDisposedException>(() => pair.DeriveHard(new byte[32]));
        Assert.Throws<ObjectDisposedException>(() => pair.DeriveSoft(new byte[32]));
        Assert.Equal(address, pair.Address);
        Assert.Equal(Ss58.Decode(address), pair.PublicKey.ToArray());

        var secrets = typeof(Sr25519KeyPair)
            .GetFields(BindingFlags.Instance | BindingFlags.NonPublic)
            .Select(field => field.GetValue(pair))
            .OfType<GuardedSecret>();
        Assert.True(Assert.Single(secrets).IsClosed);
    }

    [Fact]
    public void Sign_WhileAnotherThreadDisposes_SignsWellOrThrows()
    {
        for (var i = 0; i < 200; i++)
        {
            var pair = Sr25519KeyPair.FromSeed(s_seed);
            var disposer = new Thread(pair.Dispose);
            disposer.Start();
            try
            {
                Assert.True(Sr25519.Verify(pair.PublicKey, [1], pair.Sign([1])));
            }
            catch (ObjectDisposedException)
            {
                // The other thread was first.
            }

            disposer.Join();
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void FromSeed_OtherLength_Throws(int length) =>
        Assert.Throws<ArgumentException>(() => Sr25519KeyPair.FromSeed(new byte[length]));

    [Fact]
    public void FromSecretKey_ScalarZeroOrNotReduced_Throws()
    {
        Assert.Throws<ArgumentException>(() => Sr25519KeyPair.FromSecretKey(new byte[63]));
        Assert.Throws<ArgumentException>(() => Sr25519KeyPair.FromSecretKey(new byte[64]));
        byte[] order = [.. Convert.FromHexString("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010"), .. new byte[32]];
        Assert.Throws<ArgumentException>(() => Sr25519KeyPair.FromSecretKey(order));
        order[0]--;
        using var largest = Sr25519KeyPair.FromSecretKey(order);
        Assert.True(Sr25519.Verify(largest.PublicKey, [1], largest.Sign([1])));
    }

    [Fact]
    public void Generate_Twice_GivesDifferentKeys()
    {
        using var first = Sr25519KeyPair.Generate();
        using var second = Sr25519KeyPair.Generate();
        Assert.NotEqual(first.Address, second.Address);
        Assert.True(Ss58.IsValid(first.Address));
    }

    [Fact]
    public void DeriveKey_OfAPurpose_IsHkdfOfTheScalarAndNothingElse()
    {
        using var soft = _pair.DeriveSoft(s_seed);
        using var again = _pair.DeriveSoft(s_seed);

        // Computed with Python's hmac and hashlib after RFC 5869.
        Assert.Equal(
            "e000a47265885266bef8b8bb488b3ed7ecd091b29fda7764fb76a1b9a3ef2ebd",
            Convert.ToHexStringLower(Derive(_pair, "test purpose"u8))
        );
        Assert.NotEqual(Derive(_pair, "test purpose"u8), Derive(_pair, "another purpose"u8));
        Assert.Equal(Derive(soft, "test purpose"u8), Derive(again, "test purpose"u8));
        _pair.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Derive(_pair, "test purpose"u8));

        static byte[] Derive(Sr25519KeyPair pair, ReadOnlySpan<byte> purpose)
        {
            var key = new byte[32];
            pair.DeriveKey(purpose, key);
            return key;
        }
    }

    [Fact]
    public void DeriveSoft_Twice_GivesOneKeyThatSignsWithDifferentNonces()
    {
        using var first = _pair.DeriveSoft(s_seed);
        using var second = _pair.DeriveSoft(s_seed);
        Assert.Equal(first.Address, second.Address);
        Assert.NotEqual(_pair.Address, first.Address);
        Assert.True(Sr25519.Verify(first.PublicKey, [1], second.Sign([1])));
        Assert.Throws<ArgumentException>(() => _pair.DeriveSoft(new byte[31]));
        Assert.Throws<ArgumentException>(() => _pair.DeriveHard(new byte[31]));
    }
}
