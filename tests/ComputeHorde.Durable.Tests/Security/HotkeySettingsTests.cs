using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace ComputeHorde.Durable.Tests.Security;

/// <summary>
/// A secret is the same key from wherever it comes: editors, shells and vault tools leave line ends and byte order marks.
/// </summary>
public sealed class HotkeySettingsTests : IDisposable
{
    private const string Alice = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
    private readonly string _folder = Directory.CreateTempSubdirectory("hotkey").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("//Alice\n")]
    [InlineData("//Alice\r\n")]
    [InlineData(" //Alice \n\n")]
    public void Load_SecretWithALineEnd_IsAlicesFromEverySource(string secret)
    {
        var file = Path.Combine(_folder, "secret");
        File.WriteAllText(file, secret, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        var settings = Path.Combine(_folder, "settings.json");
        File.WriteAllText(settings, $$"""{"ComputeHorde:HotkeySecret": "{{JsonEncodedText.Encode(secret)}}"}""");
        var prefix = $"TEST{Environment.ProcessId}_";
        Environment.SetEnvironmentVariable(prefix + "ComputeHorde__HotkeySecret", secret);
        try
        {
            Assert.Equal(Alice, Hotkey(new ConfigurationBuilder().AddEnvironmentVariables(prefix)));
        }
        finally
        {
            Environment.SetEnvironmentVariable(prefix + "ComputeHorde__HotkeySecret", null);
        }

        Assert.Equal(Alice, Hotkey(new ConfigurationBuilder().AddJsonFile(settings)));
        Assert.Equal(Alice, Hotkey(new ConfigurationBuilder().AddInMemoryCollection([new("ComputeHorde:HotkeySecretFile", file)])));
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void Load_PasswordWithALineEnd_OpensTheWallet(string end)
    {
        var vector = JsonNode.Parse(File.ReadAllText(Path.Combine(HordeFixture.RepositoryRoot(), "tests", "vectors", "keyfiles.json")))![
            "encrypted_nacl"
        ]!;
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "default", "hotkeys")).FullName;
        File.WriteAllBytes(Path.Combine(folder, "default"), Convert.FromBase64String((string)vector["file_base64"]!));

        Assert.Equal(
            (string?)vector["expect"]!["ss58"],
            Hotkey(
                new ConfigurationBuilder().AddInMemoryCollection([
                    new("ComputeHorde:WalletPath", _folder + end),
                    new("ComputeHorde:WalletPassword", vector["password"] + end),
                ])
            )
        );
    }

    [Fact]
    public void Clean_PasswordWithBlanks_KeepsThem() =>
        Assert.Equal(
            (" pass word ", " //Alice///pass ", "key"),
            (
                SettingText.Clean("WalletPassword", " pass word \r\n"),
                SettingText.Clean("HOTKEYSECRET", " //Alice///pass \n"),
                SettingText.Clean("S3SecretAccessKey", " key \n")
            )
        );

    private static string Hotkey(IConfigurationBuilder builder)
    {
        using var signer = HotkeySettings.Load(builder.Build().GetSection("ComputeHorde"));
        return signer.Hotkey;
    }
}
