namespace ComputeHorde.Cryptography.Tests;

public sealed class SecretUriTests
{
    [Theory]
    [InlineData("", "empty")]
    [InlineData("//Alice/", "junction 2")]
    [InlineData("/", "junction 1")]
    [InlineData("//Alice////pw", null)]
    [InlineData("0x1234", "64 hexadecimal digits")]
    [InlineData("0x9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7fzz", "64 hexadecimal digits")]
    public void FromUri_EdgeCases_AreReadOrRefused(string uri, string? expected)
    {
        if (expected is null)
        {
            Sr25519KeyPair.FromUri(uri).Dispose();
            return;
        }

        Assert.Contains(expected, Assert.Throws<FormatException>(() => Sr25519KeyPair.FromUri(uri)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("//Alice\n")]
    [InlineData("//Alice\r\n")]
    [InlineData("//Alice\r\n\r\n")]
    [InlineData("  //Alice\t ")]
    [InlineData("\n//Alice")]
    [InlineData("\ufeff//Alice")]
    [InlineData("\ufeff//Alice\r\n")]
    [InlineData("\u00a0//Alice\u00a0")]
    [InlineData("\ufeff bottom drive obey lake curtain smoke basket hold race lonely fit walk//Alice \n")]
    [InlineData("0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a\n")]
    [InlineData(" 0XE5BE9A5092B81BCA64BE81D212E7F2F9EBA183BB7A90954F7B76361F6EDB5C0A")]
    public void FromUri_AsFilesAndSettingsHoldIt_IsAlice(string uri)
    {
        using var pair = Sr25519KeyPair.FromUri(uri);
        Assert.Equal("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY", pair.Address);
    }

    [Fact]
    public void FromUri_PasswordAtTheEnd_KeepsItsWhiteSpaceAndLosesTheLineEnd()
    {
        using var plain = Sr25519KeyPair.FromUri("//Alice///pw");
        using var line = Sr25519KeyPair.FromUri(" //Alice///pw\r\n");
        using var blank = Sr25519KeyPair.FromUri("//Alice///pw ");
        using var blankLine = Sr25519KeyPair.FromUri("//Alice///pw \n");
        Assert.Equal(plain.Address, line.Address);
        Assert.NotEqual(plain.Address, blank.Address);
        Assert.Equal(blank.Address, blankLine.Address);
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\ufeff")]
    [InlineData(" \t ")]
    public void FromUri_NothingButEdges_IsEmpty(string uri) =>
        Assert.Contains("empty", Assert.Throws<FormatException>(() => Sr25519KeyPair.FromUri(uri)).Message, StringComparison.Ordinal);

    [Fact]
    public void FromUri_WithPath_EqualsDerivationStepByStep()
    {
        byte[] alice = [0x14, .. "Alice"u8, .. new byte[26]];
        byte[] seven = [7, .. new byte[31]];
        using var root = Sr25519KeyPair.FromUri("0x9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
        using var hard = root.DeriveHard(alice);
        using var soft = hard.DeriveSoft(seven);
        using var path = Sr25519KeyPair.FromUri("0x9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60//Alice/7");
        Assert.Equal(soft.Address, path.Address);
    }

    [Fact]
    public void FromUri_PasswordOnASeed_HasNoEffect()
    {
        const string Seed = "0x9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
        using var plain = Sr25519KeyPair.FromUri(Seed);
        using var with = Sr25519KeyPair.FromUri(Seed + "///password");
        Assert.Equal(plain.Address, with.Address);
    }

    [Theory]
    [InlineData(62, 63)]
    [InlineData(70, 71)]
    [InlineData(16383, 16384)]
    [InlineData(70000, 70001)]
    public void FromUri_LongJunctions_AreHashedWithTheirLength(int first, int second)
    {
        using var a = Sr25519KeyPair.FromUri("//" + new string('x', first));
        using var b = Sr25519KeyPair.FromUri("//" + new string('x', second));
        Assert.NotEqual(a.Address, b.Address);
    }

    [Fact]
    public void FromUri_NumberTooLargeFor64Bits_IsAName()
    {
        using var number = Sr25519KeyPair.FromUri("//18446744073709551615");
        using var name = Sr25519KeyPair.FromUri("//18446744073709551616");
        Assert.Equal("5FnmmEqtcYdJa7ikbQXggS685DpNeE9j7ob6oBYMyD9kQLxz", number.Address);
        Assert.NotEqual(number.Address, name.Address);
    }
}
