using System.Text.Json.Nodes;
using ComputeHorde.CryptoInterop;

namespace ComputeHorde.Cryptography.Tests;

/// <summary>
/// Both ways between this library and two others: what one signs, the others verify; what one derives, the others derive.
/// </summary>
public sealed class InteropTests : IClassFixture<InteropTests.Node>
{
    private readonly Node _node;
    private readonly Random _random = new(14);

    public InteropTests(Node node) => _node = node;

    [Theory]
    [InlineData(InteropProcess.Wasm)]
    [InlineData(InteropProcess.Scure)]
    public void OurSignatures_VerifyThere(string library)
    {
        for (var length = 0; length < 200; length += 9)
        {
            var (seed, message) = (Bytes(32), Bytes(length));
            using var pair = Sr25519KeyPair.FromSeed(seed);
            var signature = pair.Sign(message);
            Assert.True(Verify(library, pair.PublicKey, message, signature));
            signature[_random.Next(64)] ^= (byte)(1 << _random.Next(7));
            Assert.False(Verify(library, pair.PublicKey, message, signature));
        }
    }

    [Theory]
    [InlineData(InteropProcess.Wasm)]
    [InlineData(InteropProcess.Scure)]
    public void TheirSignatures_VerifyHere(string library)
    {
        for (var length = 0; length < 200; length += 9)
        {
            var (seed, message) = (Bytes(32), Bytes(length));
            var publicKey = Ask(library, "publicKey", ("seed", seed), "publicKey");
            var signature = Ask(library, "sign", [("seed", seed), ("message", message)], "signature");
            Assert.True(Sr25519.Verify(publicKey, message, signature));
        }
    }

    [Theory]
    [InlineData(InteropProcess.Wasm)]
    [InlineData(InteropProcess.Scure)]
    public void KeysAndChildren_AreTheSame(string library)
    {
        for (var i = 0; i < 20; i++)
        {
            var (seed, chainCode) = (Bytes(32), Bytes(32));
            using var pair = Sr25519KeyPair.FromSeed(seed);
            using var hard = pair.DeriveHard(chainCode);
            using var soft = pair.DeriveSoft(chainCode);
            Assert.Equal(Ask(library, "publicKey", ("seed", seed), "publicKey"), pair.PublicKey.ToArray());
            Assert.Equal(Ask(library, "hard", [("seed", seed), ("chainCode", chainCode)], "publicKey"), hard.PublicKey.ToArray());
            Assert.Equal(Ask(library, "soft", [("seed", seed), ("chainCode", chainCode)], "publicKey"), soft.PublicKey.ToArray());
            Assert.True(Verify(library, soft.PublicKey, [1], soft.Sign([1])));
        }
    }

    private byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }

    private bool Verify(string library, ReadOnlySpan<byte> publicKey, byte[] message, byte[] signature) =>
        _node.Process.Ask(Question(library, "verify", ("publicKey", publicKey.ToArray()), ("message", message), ("signature", signature)))[
            "valid"
        ]!.GetValue<bool>();

    private byte[] Ask(string library, string command, (string Name, byte[] Value) argument, string result) =>
        Ask(library, command, [argument], result);

    private byte[] Ask(string library, string command, (string Name, byte[] Value)[] arguments, string result) =>
        Convert.FromHexString(_node.Process.Ask(Question(library, command, arguments))[result]!.GetValue<string>());

    private static JsonObject Question(string library, string command, params (string Name, byte[] Value)[] arguments)
    {
        var question = new JsonObject { ["library"] = library, ["command"] = command };
        foreach (var (name, value) in arguments)
        {
            question[name] = Convert.ToHexStringLower(value);
        }

        return question;
    }

    /// <summary>One Node process for the class.</summary>
    public sealed class Node : IDisposable
    {
        internal InteropProcess Process { get; } = InteropProcess.Start();

        public void Dispose() => Process.Dispose();
    }
}
