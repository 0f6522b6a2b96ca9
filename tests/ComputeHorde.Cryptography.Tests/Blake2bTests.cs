namespace ComputeHorde.Cryptography.Tests;

public sealed class Blake2bTests
{
    [Theory]
    [InlineData(1, "6b")]
    [InlineData(20, "384264f676f39536840523f284921cdc68b6846b")]
    [InlineData(32, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319")]
    [InlineData(48, "6f56a82c8e7ef526dfe182eb5212f7db9df1317e57815dbda46083fc30f54ee6c66ba83be64b302d7cba6ce15bb556f4")]
    [InlineData(
        64,
        "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923"
    )]
    public void Hash_Abc_HasTheDigestOfThatSize(int size, string expected)
    {
        var digest = new byte[size];
        Blake2b.Hash("abc"u8, digest);
        Assert.Equal(expected, Convert.ToHexStringLower(digest));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65)]
    public void Hash_DigestSizeOutOfRange_Throws(int size) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Blake2b.Hash([], new byte[size]));
}
