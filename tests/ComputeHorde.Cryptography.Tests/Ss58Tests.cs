using FsCheck;
using FsCheck.Fluent;

namespace ComputeHorde.Cryptography.Tests;

public sealed class Ss58Tests
{
    [Fact]
    public void Decode_OfEncode_IsTheKey() =>
        Prop.ForAll(
                Gen.Choose(0, 255).ArrayOf(32).ToArbitrary(),
                Gen.Choose(0, Ss58.MaxPrefix).Where(p => p is not (46 or 47)).ToArbitrary(),
                (numbers, prefix) =>
                {
                    byte[] key = [.. numbers.Select(n => (byte)n)];
                    var address = Ss58.Encode(key, (ushort)prefix);
                    return Ss58.TryDecode(address, out var decoded, out var found)
                        && found == prefix
                        && decoded.AsSpan().SequenceEqual(key)
                        && Ss58.Decode(address, (ushort)prefix).AsSpan().SequenceEqual(key);
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void TryDecode_AnyText_NeverThrowsAndIsTheInverseOfEncode()
    {
        var base58 = Gen.Elements("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".ToCharArray());
        var texts = Gen.OneOf(
            Gen.Choose(0, 60).SelectMany(length => base58.ArrayOf(length)).Select(characters => new string(characters)),
            ArbMap.Default.GeneratorFor<string>()
        );
        Prop.ForAll(texts.ToArbitrary(), text => !Ss58.TryDecode(text, out var key, out var prefix) || Ss58.Encode(key, prefix) == text)
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Decode_AnyCharacterReplaced_Throws()
    {
        const string Address = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
        for (var i = 0; i < Address.Length; i++)
        {
            var replaced = Address[..i] + (Address[i] == 'x' ? 'y' : 'x') + Address[(i + 1)..];
            Assert.Throws<FormatException>(() => Ss58.Decode(replaced));
        }
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQ0", "character 48")]
    [InlineData("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQZ", "checksum")]
    [InlineData("15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5", "network 0")]
    [InlineData("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY5GrwvaEF", "56 characters")]
    public void Decode_Invalid_SaysWhatIsWrong(string address, string expected) =>
        Assert.Contains(expected, Assert.Throws<FormatException>(() => Ss58.Decode(address)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(46)]
    [InlineData(47)]
    [InlineData(16384)]
    public void Encode_PrefixThatDoesNotExist_Throws(int prefix) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Ss58.Encode(new byte[32], (ushort)prefix));

    [Fact]
    public void Null_IsNoAddress()
    {
        Assert.False(Ss58.IsValid(null));
        Assert.False(Ss58.TryDecode(null, out _, out _));
        Assert.Throws<ArgumentNullException>(() => Ss58.Decode(null!));
        Assert.Throws<ArgumentException>(() => Ss58.Encode(new byte[31]));
    }

    [Theory]
    [InlineData("4a80")]
    [InlineData("2e")]
    [InlineData("2f")]
    [InlineData("80")]
    public void TryDecode_PrefixReservedOrNotShortest_IsRefused(string prefix)
    {
        byte[] body = [.. Convert.FromHexString(prefix), .. new byte[32]];
        var checksum = Blake2b.Hash512([.. "SS58PRE"u8, .. body])[..2];
        Assert.False(Ss58.TryDecode(Base58.Encode([.. body, .. checksum]), out _, out _));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("00", "1")]
    [InlineData("0000", "11")]
    [InlineData("61", "2g")]
    [InlineData("626262", "a3gV")]
    [InlineData("00eb15231dfceb60925886b67d065299925915aeb172c06647", "1NS17iag9jJgTHD1VXjvLCEnZuQ3rJDE9L")]
    public void Base58_KnownPairs_EncodeAndDecode(string bytes, string text)
    {
        Assert.Equal(text, Base58.Encode(Convert.FromHexString(bytes)));
        var buffer = new byte[40];
        Assert.True(Base58.TryDecode(text, buffer, out var length));
        Assert.Equal(bytes, Convert.ToHexStringLower(buffer[..length]));
    }
}
