using System.Text;

namespace ComputeHorde.Sdk.Tests.Models;

public sealed class WalletTests : IDisposable
{
    private const string Alice = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
    private readonly string _folder = Directory.CreateTempSubdirectory("wallets").FullName;

    [Fact]
    public async Task Load_WalletFolder_FindsTheHotkeyAndSigns()
    {
        Write(
            "mine",
            "hot",
            """{"secretSeed":"0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a","ss58Address":"5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"}"""
        );
        using var signer = Wallet.Load("mine", "hot", _folder);
        Assert.Equal(Alice, signer.Hotkey);
        var signature = await signer.SignAsync("message"u8.ToArray());
        Assert.True(Cryptography.Sr25519.Verify(Cryptography.Ss58.Decode(Alice), "message"u8, signature));
    }

    [Theory]
    [InlineData(
        """{"secretSeed":"0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a","ss58Address":"5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"}""",
        "names the address"
    )]
    [InlineData(
        """{"secretSeed":"0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a","publicKey":"0x8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48"}""",
        "publicKey"
    )]
    [InlineData("""{"secretSeed":5}""", "JSON object of texts")]
    [InlineData("""[1]""", "one JSON object")]
    [InlineData("""{"ss58Address":"5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"}""", "only the public key")]
    [InlineData("$NACLxxxx", "encrypted")]
    [InlineData("$ANSIBLE_VAULT;1.1;AES256", "Ansible Vault")]
    [InlineData("gAAAAABhYmM=", "Fernet")]
    [InlineData("""{"cryptoType":0,"secretSeed":"0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a"}""", "ed25519")]
    [InlineData(
        """{"cryptoType":"ED25519","secretSeed":"0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a"}""",
        "ed25519"
    )]
    [InlineData("""{"cryptoType":2,"secretSeed":"0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a"}""", "ecdsa")]
    [InlineData("""{"cryptoType":7,"secretSeed":"0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a"}""", "cryptoType")]
    [InlineData("""{"cryptoType":"e5be9a50"}""", "cryptoType")]
    public void Load_BadFile_SaysWhatIsWrongWithoutTheSecret(string content, string expected)
    {
        Write("mine", "bad", content);
        var error = Assert.Throws<ComputeHordeException>(() => Wallet.Load("mine", "bad", _folder));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("e5be9a50", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"secretSeed":"0XE5BE9A5092B81BCA64BE81D212E7F2F9EBA183BB7A90954F7B76361F6EDB5C0A"}""")]
    [InlineData("""{"secretSeed":" 0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a\n","cryptoType":1}""")]
    [InlineData("""{"secretSeed":"e5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a","cryptoType":"sr25519"}""")]
    [InlineData("""{"privateKey":"e5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a","cryptoType":null}""")]
    [InlineData(
        """
            {"privateKey":"0xE5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0A", "cryptoType":"1",
             "publicKey":"0xD43593C715FDD31C61141ABD04A99FD6822C8558854CCDE39A5684E7A56DA27D"}

            """
    )]
    public void FromKeyFile_AnyCaseMarkOrLineEnd_GivesTheKey(string content)
    {
        var path = Path.Combine(_folder, "key");
        foreach (var encoding in (Encoding[])[new UTF8Encoding(false), new UTF8Encoding(true), Encoding.Unicode, Encoding.BigEndianUnicode])
        {
            File.WriteAllText(path, content, encoding);
            using var signer = Wallet.FromKeyFile(path);
            Assert.Equal(Alice, signer.Hotkey);
        }
    }

    [Theory]
    [InlineData("//Alice\n")]
    [InlineData("\ufeff//Alice\r\n")]
    [InlineData("  //Alice  ")]
    public void FromUri_AsAVaultToolGivesIt_IsAlice(string uri)
    {
        using var signer = Wallet.FromUri(uri);
        Assert.Equal(Alice, signer.Hotkey);
    }

    [Fact]
    public void FromKeyFile_PasswordThatCannotBeHad_SaysWhereItWasLookedFor()
    {
        var path = Path.Combine(_folder, "key");
        File.WriteAllBytes(path, [.. "$NACL"u8, .. new byte[50]]);
        Assert.Contains("NO_SUCH_VARIABLE", Fault(KeyFilePassword.FromEnvironment("NO_SUCH_VARIABLE")), StringComparison.Ordinal);
        Assert.Contains("absent.txt", Fault(KeyFilePassword.FromFile(Path.Combine(_folder, "absent.txt"))), StringComparison.Ordinal);
        var empty = Path.Combine(_folder, "empty.txt");
        File.WriteAllText(empty, "\n");
        Assert.Contains("is empty", Fault(KeyFilePassword.FromFile(empty)), StringComparison.Ordinal);
        Assert.Contains("its password is needed", Fault(null), StringComparison.Ordinal);

        string Fault(KeyFilePassword? password) => Assert.Throws<ComputeHordeException>(() => Wallet.FromKeyFile(path, password)).Message;
    }

    [Fact]
    public void Load_MissingFileOrOddName_IsAnError()
    {
        Assert.Throws<ComputeHordeException>(() => Wallet.Load("mine", "absent", _folder));
        Assert.Throws<ComputeHordeException>(() => Wallet.Load("..", "x", _folder));
        Assert.Throws<ComputeHordeException>(() => Wallet.Load("a/b", "x", _folder));
    }

    [Fact]
    public void From_OtherSources_GiveTheSameKey()
    {
        using var seed = Wallet.FromSeed(Convert.FromHexString("e5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a"));
        using var uri = Wallet.FromUri("bottom drive obey lake curtain smoke basket hold race lonely fit walk//Alice");
        using var mnemonic = Wallet.FromMnemonic("bottom drive obey lake curtain smoke basket hold race lonely fit walk");
        Assert.Equal(Alice, seed.Hotkey);
        Assert.Equal(Alice, uri.Hotkey);
        Assert.NotEqual(Alice, mnemonic.Hotkey);
        Assert.Throws<ComputeHordeException>(() => Wallet.FromSeed(new byte[31]));
        Assert.Throws<ComputeHordeException>(() => Wallet.FromMnemonic("bottom drive obey"));
        Assert.Throws<ComputeHordeException>(() => Wallet.FromUri("not a phrase//x"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Write(string name, string hotkey, string content)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, name, "hotkeys"));
        File.WriteAllText(Path.Combine(folder.FullName, hotkey), content);
    }
}
