namespace ComputeHorde.Cryptography.Tests;

public sealed class Blake2bTests
{
    [Theory]
    [InlineData(1, "6b")]
    [InlineData(20, "384264f676f39536840523f284921cdc68b6846b")]
    [InlineData(32, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319")]
    [InlineData(48, "6f56a82c8e7ef526dfe182eb5212f7db9df1317e57815dbda46083fc30f54ee6c66ba83be64b302d7cba6ce15bb556f4")]
    [InlineData(64, "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923")]
    public void Hash_Abc_HasTheDigestOfThatSize(int size, string expected)
    {
        var digest = new byte[size];
        Blake2b.Hash("abc"u8, digest);
        Assert.Equal(expected, Convert.ToHexStringLower(digest));
    }

    [Fact]
    public void Append_InPieces_EqualsOneCall()
    {
        var random = new Random(9);
        for (var length = 0; length < 700; length++)
        {
            var data = new byte[length];
            random.NextBytes(data);
            var hasher = new Blake2bHasher(64);
            for (var rest = data.AsSpan(); !rest.IsEmpty;)
            {
                var piece = Math.Min(rest.Length, random.Next(300));
                hasher.Append(rest[..piece]);
                rest = rest[piece..];
            }

            var digest = new byte[64];
            hasher.Finish(digest);
            Assert.Equal(Blake2b.Hash512(data), digest);
        }
    }

    [Fact]
    public void Copy_OfAHasher_ContinuesOnItsOwn()
    {
        var hasher = new Blake2bHasher(32);
        hasher.Append("ab"u8);
        var copy = hasher;
        hasher.Append("c"u8);
        byte[] first = new byte[32], second = new byte[32];
        hasher.Finish(first);
        copy.Finish(second);
        Assert.Equal(Blake2b.Hash256("abc"u8), first);
        Assert.Equal(Blake2b.Hash256("ab"u8), second);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65)]
    public void Hash_DigestSizeOutOfRange_Throws(int size) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Blake2b.Hash([], new byte[size]));

    [Fact]
    public void Finish_OtherDestinationOrTwice_Throws()
    {
        Assert.Throws<ArgumentException>(() => new Blake2bHasher(32).Finish(new byte[31]));
        Assert.Throws<InvalidOperationException>(() => default(Blake2bHasher).Append([1]));
        Assert.Throws<InvalidOperationException>(() =>
        {
            var hasher = new Blake2bHasher(32);
            hasher.Finish(new byte[32]);
            hasher.Finish(new byte[32]);
        });
    }
}
