using FsCheck;
using FsCheck.Fluent;

namespace ComputeHorde.Cryptography.Tests;

public sealed class MnemonicTests
{
    /// <summary>Entropy and words of the BIP39 reference vectors.</summary>
    [Theory]
    [InlineData(
        "00000000000000000000000000000000",
        "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"
    )]
    [InlineData("7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f", "legal winner thank year wave sausage worth useful legal winner thank yellow")]
    [InlineData("80808080808080808080808080808080", "letter advice cage absurd amount doctor acoustic avoid letter advice cage above")]
    [InlineData("ffffffffffffffffffffffffffffffff", "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong")]
    [InlineData(
        "ffffffffffffffffffffffffffffffffffffffffffffffff",
        "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo when"
    )]
    [InlineData(
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo vote"
    )]
    public void FromEntropy_ReferenceVector_GivesTheWordsAndBack(string entropy, string phrase)
    {
        Assert.Equal(phrase, Mnemonic.FromEntropy(Convert.FromHexString(entropy)));
        Assert.Equal(entropy, Convert.ToHexStringLower(Mnemonic.ToEntropy(phrase)));
    }

    [Theory]
    [InlineData(12)]
    [InlineData(15)]
    [InlineData(18)]
    [InlineData(21)]
    [InlineData(24)]
    public void Generate_EveryLength_IsValidAndNew(int words)
    {
        var phrase = Mnemonic.Generate(words);
        Assert.Equal(words, phrase.Split(' ').Length);
        Assert.True(Mnemonic.Validate(phrase));
        Assert.NotEqual(phrase, Mnemonic.Generate(words));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(11)]
    [InlineData(13)]
    [InlineData(27)]
    public void Generate_OtherLength_Throws(int words) => Assert.Throws<ArgumentOutOfRangeException>(() => Mnemonic.Generate(words));

    [Fact]
    public void FromEntropy_OtherLength_Throws()
    {
        foreach (var length in Enumerable.Range(0, 70).Except([16, 20, 24, 28, 32]))
        {
            Assert.Throws<ArgumentException>(() => Mnemonic.FromEntropy(new byte[length]));
        }
    }

    [Fact]
    public void ToEntropy_OfFromEntropy_IsTheEntropy() =>
        Prop.ForAll(
                Gen.Elements(16, 20, 24, 28, 32).SelectMany(size => Gen.Choose(0, 255).ArrayOf(size)).ToArbitrary(),
                numbers =>
                {
                    byte[] entropy = [.. numbers.Select(n => (byte)n)];
                    return Mnemonic.ToEntropy(Mnemonic.FromEntropy(entropy)).AsSpan().SequenceEqual(entropy);
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Parsers_AnyText_ThrowOnlyFormatException()
    {
        var words = Gen.Elements(
            "abandon",
            "about",
            "zoo",
            "Zoo",
            "",
            " ",
            "\t",
            "ż",
            "///",
            "//",
            "/",
            "0x",
            "\ud800",
            "a/b",
            new string('a', 40)
        );
        Prop.ForAll(
                Gen.OneOf(words.ListOf().Select(list => string.Join(' ', list)), ArbMap.Default.GeneratorFor<string>()).ToArbitrary(),
                text =>
                {
                    try
                    {
                        Sr25519KeyPair.FromUri(text).Dispose();
                    }
                    catch (FormatException) { }

                    try
                    {
                        Mnemonic.ToEntropy(text);
                        return Mnemonic.Validate(text);
                    }
                    catch (FormatException)
                    {
                        return !Mnemonic.Validate(text);
                    }
                }
            )
            .QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon", "checksum")]
    [InlineData("abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about", "11 words")]
    [InlineData("abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon About", "word 12")]
    [InlineData("abandon aband abandon abandon abandon abandon abandon abandon abandon abandon abandon about", "word 2")]
    [InlineData("", "0 words")]
    public void ToEntropy_Invalid_SaysWhatAndWhere(string phrase, string expected) =>
        Assert.Contains(expected, Assert.Throws<FormatException>(() => Mnemonic.ToEntropy(phrase)).Message, StringComparison.Ordinal);

    [Fact]
    public void ToEntropy_AnyWhiteSpaceBetweenWords_IsTheSamePhrase() =>
        Assert.Equal(
            new byte[16],
            Mnemonic.ToEntropy(
                "\ufeff  abandon abandon\tabandon abandon\nabandon abandon  abandon abandon abandon abandon abandon about\r\n"
            )
        );

    [Fact]
    public void WordList_IsTheOneOfBip39()
    {
        var words = Enumerable.Range(0, Bip39WordList.Count).Select(Bip39WordList.Word).ToArray();
        var text = System.Text.Encoding.ASCII.GetBytes(string.Join('\n', words) + "\n");
        Assert.Equal(
            "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda",
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(text))
        );
        Assert.All(words, (word, index) => Assert.Equal(index, Bip39WordList.IndexOf(word)));
    }
}
