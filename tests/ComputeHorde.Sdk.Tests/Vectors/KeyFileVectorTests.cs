using System.Text;

namespace ComputeHorde.Sdk.Tests.Vectors;

[Trait("Category", "Vectors")]
public sealed class KeyFileVectorTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    [Fact]
    public void FromKeyFile_ValidFiles_GiveTheAddressOrSayThereIsNoSecret() =>
        VectorFile.Check(
            VectorFile.Cases("keyfiles.json", "valid"),
            item =>
            {
                File.WriteAllText(_path, item.Text("text"));
                if (!item["expect"]!["can_sign"]!.GetValue<bool>())
                {
                    var error = Assert.Throws<ComputeHordeException>(() => Wallet.FromKeyFile(_path));
                    Assert.Contains("public key", error.Message, StringComparison.Ordinal);
                    return;
                }

                using var signer = Wallet.FromKeyFile(_path);
                Assert.Equal(item["expect"]!.Text("ss58"), signer.Hotkey);
            }
        );

    [Fact]
    public void FromKeyFile_InvalidFiles_AreRefused() =>
        VectorFile.Check(
            VectorFile.Cases("keyfiles.json", "invalid"),
            item =>
            {
                File.WriteAllText(_path, item.Text("text"));
                Assert.Throws<ComputeHordeException>(() => Wallet.FromKeyFile(_path));
            }
        );

    [Fact]
    public void FromKeyFile_EncryptedFile_OpensWithItsPasswordFromAnywhere()
    {
        var vector = VectorFile.Read("keyfiles.json")["encrypted_nacl"];
        Assert.SkipWhen(vector is null, "The file has no encrypted case.");
        File.WriteAllBytes(_path, Convert.FromBase64String(vector.Text("file_base64")));
        var passwordFile = _path + ".password";
        File.WriteAllText(passwordFile, vector.Text("password") + "\r\n", new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        try
        {
            using var signer = Wallet.FromKeyFile(_path, KeyFilePassword.FromFile(passwordFile));
            Assert.Equal(vector["expect"]!.Text("ss58"), signer.Hotkey);
        }
        finally
        {
            File.Delete(passwordFile);
        }
    }

    [Fact]
    public void FromKeyFile_EncryptedFileAndTheVariableOfBittensor_Opens()
    {
        // As its wallet writes it: XORed with the variable's name, in Base64.
        var vector = VectorFile.Read("keyfiles.json")["encrypted_nacl"];
        Assert.SkipWhen(vector is null, "The file has no encrypted case.");
        File.WriteAllBytes(_path, Convert.FromBase64String(vector.Text("file_base64")));
        var variable = "BT_PW_" + _path.Replace('/', '_').Replace('\\', '_').Replace('.', '_').ToUpperInvariant();
        var masked = Encoding
            .UTF8.GetBytes(vector.Text("password"))
            .Select((character, i) => (byte)(character ^ variable[i % variable.Length]));
        Environment.SetEnvironmentVariable(variable, Convert.ToBase64String([.. masked]));
        try
        {
            using var signer = Wallet.FromKeyFile(_path);
            Assert.Equal(vector["expect"]!.Text("ss58"), signer.Hotkey);
        }
        finally
        {
            Environment.SetEnvironmentVariable(variable, null);
        }
    }

    [Fact]
    public void FromKeyFile_EncryptedFilesWithoutAPassword_SaySo()
    {
        var file = VectorFile.Read("keyfiles.json");
        Assert.SkipWhen(file["encrypted_nacl"] is null, "The file has no encrypted case.");
        var contents = new List<byte[]> { Convert.FromBase64String(file["encrypted_nacl"]!.Text("file_base64")) };
        contents.AddRange(file["markers"]!.AsObject().Select(marker => Encoding.ASCII.GetBytes(marker.Value + "rest")));
        foreach (var content in contents)
        {
            File.WriteAllBytes(_path, content);
            Assert.Contains(
                "encrypted",
                Assert.Throws<ComputeHordeException>(() => Wallet.FromKeyFile(_path)).Message,
                StringComparison.Ordinal
            );
        }
    }

    public void Dispose() => File.Delete(_path);
}
