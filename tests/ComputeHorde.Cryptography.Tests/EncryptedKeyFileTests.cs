using System.Security.Cryptography;
using System.Text;
using ComputeHorde.Cryptography.Tests.Vectors;

namespace ComputeHorde.Cryptography.Tests;

public sealed class EncryptedKeyFileTests
{
    [Fact]
    [Trait("Category", "Vectors")]
    public void Decrypt_FileOfTheVectors_GivesThePlainTextForItsPasswordOnly()
    {
        var vector = VectorFile.Open("keyfiles.json").GetProperty("encrypted_nacl");
        var (content, password) = (Convert.FromBase64String(vector.Text("file_base64")), vector.Text("password"));
        Assert.True(EncryptedKeyFile.IsEncrypted(content));
        Assert.Equal(vector.Text("plain_text"), Encoding.UTF8.GetString(EncryptedKeyFile.Decrypt(content, password)));

        var error = Assert.Throws<CryptographicException>(() => EncryptedKeyFile.Decrypt(content, password + " "));
        Assert.Contains("password is wrong", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(password, error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("$ANSIBLE_VAULT;1.1;AES256\n6162", "Ansible Vault")]
    [InlineData("gAAAAABhYmM=", "Fernet")]
    public void Decrypt_OlderForm_IsNamed(string content, string form)
    {
        var bytes = Encoding.ASCII.GetBytes(content);
        Assert.True(EncryptedKeyFile.IsEncrypted(bytes));
        Assert.Contains(
            form,
            Assert.Throws<NotSupportedException>(() => EncryptedKeyFile.Decrypt(bytes, "password")).Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("", "not encrypted")]
    [InlineData("{}", "not encrypted")]
    [InlineData("$nacl", "not encrypted")]
    [InlineData("$NACL", "cut off")]
    [InlineData("$NACL012345678901234567890123012345678901234", "cut off")]
    public void Decrypt_NoEncryptedFile_SaysSo(string content, string fault) =>
        Assert.Contains(
            fault,
            Assert.Throws<FormatException>(() => EncryptedKeyFile.Decrypt(Encoding.ASCII.GetBytes(content), "password")).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void Decrypt_PasswordThatIsNoUnicode_NamesNoPartOfIt()
    {
        var error = Assert.Throws<FormatException>(() => EncryptedKeyFile.Decrypt([.. "$NACL"u8, .. new byte[50]], "hunter2\ud800"));
        Assert.DoesNotContain("hunter2", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("D800", error.ToString(), StringComparison.OrdinalIgnoreCase);
    }
}
