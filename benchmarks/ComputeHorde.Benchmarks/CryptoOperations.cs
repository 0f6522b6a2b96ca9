using System.Text.Json.Nodes;
using ComputeHorde.Cryptography;
using ComputeHorde.CryptoInterop;

namespace ComputeHorde.Benchmarks;

/// <summary>What is measured: signing and verifying a digest of 64 bytes with every library, and the rest of ours.</summary>
internal sealed class CryptoOperations : IDisposable
{
    private readonly Sr25519KeyPair _pair = Sr25519KeyPair.FromUri("//Alice");
    private readonly byte[] _message = Blake2b.Hash512("a job"u8);
    private readonly byte[] _signature = new byte[Sr25519.SignatureSize];
    private readonly byte[] _seed = new byte[Sr25519.SeedSize];
    private readonly byte[] _body = new byte[1 << 20];
    private readonly byte[] _digest = new byte[64];

    public void Dispose() => _pair.Dispose();

    internal IEnumerable<CryptoMeasurement> All()
    {
        _pair.Sign(_message, _signature);
        var signature = _signature.ToArray();
        yield return CryptoMeasurement.Local("sign", () => _pair.Sign(_message, _signature));
        yield return CryptoMeasurement.Local("verify", () => Check(Sr25519.Verify(_pair.PublicKey, _message, signature)));
        yield return CryptoMeasurement.Local("key from seed", () => Sr25519KeyPair.FromSeed(_seed).Dispose());
        yield return CryptoMeasurement.Local("SS58 decode", () => Check(Ss58.IsValid(_pair.Address)));
        yield return CryptoMeasurement.Local("BLAKE2b-512 of 1 MiB", () => Blake2b.Hash(_body, _digest));
    }

    internal static IEnumerable<CryptoMeasurement> Peers(InteropProcess node)
    {
        foreach (var library in (string[])[InteropProcess.Wasm, InteropProcess.Scure])
        {
            foreach (var operation in (string[])["sign", "verify"])
            {
                yield return new(library, operation, count => Ask(node, library, operation, count));
            }
        }
    }

    private static double Ask(InteropProcess node, string library, string operation, int count) =>
        node.Ask(
            new JsonObject
            {
                ["command"] = "measure",
                ["library"] = library,
                ["operation"] = operation,
                ["count"] = count,
            }
        )["nanoseconds"]!.GetValue<double>();

    private static void Check(bool valid)
    {
        if (!valid)
        {
            throw new InvalidOperationException("What is measured does not work.");
        }
    }
}
