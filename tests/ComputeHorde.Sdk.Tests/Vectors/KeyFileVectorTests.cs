using System.Text;

namespace ComputeHorde.Sdk.Tests.Vectors;

[Trait("Category", "Vectors")]
public sealed class KeyFileVectorTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    [Fact]
    public void FromKeyFile_ValidFiles_GiveTheAddressOrSayThereIsNoSecret() => VectorFile.Check(VectorFile.Cases("keyfiles.json", "valid"), item =>
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
    });

    [Fact]
    public void FromKeyFile_InvalidFiles_AreRefused() => VectorFile.Check(VectorFile.Cases("keyfiles.json", "invalid"), item =>
    {
        File.WriteAllText(_path, item.Text("text"));
        Assert.Throws<ComputeHordeException>(() => Wallet.FromKeyFile(_path));
    });

    [Fact]
    public void FromKeyFile_EncryptedFiles_SaySo()
    {
        var file = VectorFile.Read("keyfiles.json");
        Assert.SkipWhen(file["encrypted_nacl"] is null, "The file has no encrypted case.");
        var contents = new List<byte[]> { Convert.FromBase64String(file["encrypted_nacl"]!.Text("file_base64")) };
        contents.AddRange(file["markers"]!.AsObject().Select(marker => Encoding.ASCII.GetBytes(marker.Value + "rest")));
        foreach (var content in contents)
        {
            File.WriteAllBytes(_path, content);
            Assert.Contains("encrypted", Assert.Throws<ComputeHordeException>(() => Wallet.FromKeyFile(_path)).Message, StringComparison.Ordinal);
        }
    }

    public void Dispose() => File.Delete(_path);
}
