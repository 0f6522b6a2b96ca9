using System.Diagnostics;
using System.Reflection;
using System.Text.Json;

namespace ComputeHorde.Cryptography.Tests;

/// <summary>No way of looking at a key pair or at an error shows a secret.</summary>
public sealed class SecrecyTests : IDisposable
{
    private const string Phrase = "legal winner thank year wave sausage worth useful legal winner thank yellow";
    private static readonly JsonSerializerOptions s_withFields = new() { IncludeFields = true };
    private readonly Sr25519KeyPair _pair = Sr25519KeyPair.FromMnemonic(Phrase, "hunter2");

    public void Dispose() => _pair.Dispose();

    [Fact]
    public void PublicAndDebuggerViews_OfAKeyPair_HoldNoSecret()
    {
        var proxy = typeof(Sr25519KeyPair).GetCustomAttribute<DebuggerTypeProxyAttribute>();
        var viewType = Type.GetType(Assert.IsType<DebuggerTypeProxyAttribute>(proxy).ProxyTypeName, throwOnError: true)!;
        var view = Activator.CreateInstance(
            viewType,
            BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic,
            null,
            [_pair],
            null
        )!;
        var display = typeof(Sr25519KeyPair).GetCustomAttribute<DebuggerDisplayAttribute>();

        Assert.Equal(_pair.Address, _pair.ToString());
        Assert.Equal("{Address,nq}", display?.Value);
        Assert.All(viewType.GetProperties(), property => AssertHarmless(property.GetValue(view)));
        Assert.Empty(typeof(Sr25519KeyPair).GetFields());
        Assert.Equal(["Address", "PublicKey"], typeof(Sr25519KeyPair).GetProperties().Select(p => p.Name).Order());
    }

    [Fact]
    public void SecretFields_OfAKeyPair_AreHiddenFromTheDebugger()
    {
        var secrets = typeof(Sr25519KeyPair)
            .GetFields(BindingFlags.Instance | BindingFlags.NonPublic)
            .Where(f => f.GetValue(_pair) is GuardedSecret);
        Assert.Equal(DebuggerBrowsableState.Never, Assert.Single(secrets).GetCustomAttribute<DebuggerBrowsableAttribute>()?.State);
    }

    [Fact]
    public void Serialize_AKeyPair_ThrowsOrHoldsNoSecret()
    {
        string json;
        try
        {
            json = JsonSerializer.Serialize(_pair, s_withFields);
        }
        catch (Exception e) when (e is InvalidOperationException or NotSupportedException)
        {
            json = e.ToString();
        }

        AssertHarmless(json);
    }

    [Theory]
    [InlineData("legal winner thank year wave sausage worth useful legal winner thank thank")]
    [InlineData("legal winner thank year wave sausage worth useful legal winner thank hunter2")]
    [InlineData("legal winner thank hunter2")]
    [InlineData("0xlegal")]
    [InlineData("0x0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2")]
    [InlineData("legal winner thank year wave sausage worth useful legal winner thank yellow//")]
    [InlineData("legal winner thank year wave sausage worth useful legal winner thank yellow//hunter2@")]
    [InlineData("legal winner thank year wave sausage worth useful legal winner thank yellow///hunter2@")]
    public void FromUri_Malformed_NamesNoPartOfIt(string uri)
    {
        // A surrogate without its pair does not survive in test data.
        var error = Assert.Throws<FormatException>(() => Sr25519KeyPair.FromUri(uri.Replace('@', '\ud800')));
        AssertHarmless(error.ToString());
    }

    private static void AssertHarmless(object? value)
    {
        var text = Assert.IsType<string>(value);
        var seed = Mnemonic.ToSeed(Phrase, "hunter2");
        var secretKey = new byte[64];
        Sr25519.ExpandSeed(seed, secretKey);
        foreach (var secret in (byte[][])[seed, secretKey[..32], secretKey[32..]])
        {
            Assert.DoesNotContain(Convert.ToHexString(secret), text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(Convert.ToBase64String(secret)[..40], text, StringComparison.Ordinal);
        }

        Assert.All(
            (string[])["legal", "winner", "yellow", "sausage", "hunter2", "0102", "D800"],
            word => Assert.DoesNotContain(word, text, StringComparison.OrdinalIgnoreCase)
        );
    }
}
