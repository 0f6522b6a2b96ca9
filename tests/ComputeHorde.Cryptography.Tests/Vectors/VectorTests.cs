using System.Buffers.Binary;
using System.Globalization;

namespace ComputeHorde.Cryptography.Tests.Vectors;

[Trait("Category", "Vectors")]
public sealed class VectorTests
{
    [Fact]
    public void Blake2b_EveryVector_GivesTheDigest()
    {
        foreach (var vector in VectorFile.Open("blake2b.json").Cases("cases"))
        {
            // Long inputs are given by their length: byte i is i mod 251.
            var input = vector.Has("input_hex")
                ? vector.Hex("input_hex")
                : [.. Enumerable.Range(0, vector.GetProperty("length").GetInt32()).Select(i => (byte)(i % 251))];
            Assert.Equal(vector.Text("blake2b_512_hex"), Convert.ToHexStringLower(Blake2b.Hash512(input)));
            Assert.Equal(vector.Text("blake2b_256_hex"), Convert.ToHexStringLower(Blake2b.Hash256(input)));
        }
    }

    [Fact]
    public void TimestampPrefix_EveryVector_IsBigEndian()
    {
        foreach (var vector in VectorFile.Open("blake2b.json").Cases("timestamp_prefix"))
        {
            var bytes = new byte[8];
            BinaryPrimitives.WriteUInt64BigEndian(bytes, ulong.Parse(vector.Text("timestamp_ns"), CultureInfo.InvariantCulture));
            Assert.Equal(vector.Text("big_endian_8_hex"), Convert.ToHexStringLower(bytes));
        }
    }

    [Fact]
    public void KeyPair_EveryVector_HasTheKeysAndTheAddress()
    {
        foreach (var vector in VectorFile.Open("keys.json").Cases("cases"))
        {
            using var pair = vector.Text("kind") switch
            {
                "seed" => Sr25519KeyPair.FromSeed(vector.Hex("seed")),
                "mnemonic" => Sr25519KeyPair.FromMnemonic(vector.Text("mnemonic"), vector.Text("password")),
                "uri" => Sr25519KeyPair.FromUri(vector.Text("uri")),
                var kind => throw new InvalidDataException($"Unknown kind {kind}."),
            };
            Assert.Equal(vector.Hex("public_key"), pair.PublicKey.ToArray());
            Assert.Equal(vector.Text("ss58_42"), pair.Address);

            if (vector.Has("secret_key_canonical"))
            {
                using var same = Sr25519KeyPair.FromSecretKey(vector.Hex("secret_key_canonical"));
                Assert.Equal(pair.Address, same.Address);
            }

            byte[] message = [1, 2, 3];
            Assert.True(Sr25519.Verify(pair.PublicKey, message, pair.Sign(message)));
        }
    }

    [Fact]
    public void Seed_EveryVector_ExpandsToTheSecretKey()
    {
        foreach (var vector in VectorFile.Open("keys.json").Cases("cases").Where(v => v.Has("secret_key_canonical")))
        {
            var seed = vector.Text("kind") switch
            {
                "seed" => vector.Hex("seed"),
                "mnemonic" => vector.Hex("mini_secret"),
                _ => null,
            };
            if (seed is null)
            {
                continue;
            }

            var secretKey = new byte[Sr25519.SecretKeySize];
            Sr25519.ExpandSeed(seed, secretKey);
            Assert.Equal(vector.Hex("secret_key_canonical"), secretKey);
        }
    }

    [Fact]
    public void Mnemonic_EveryVector_GivesEntropyAndSeed()
    {
        foreach (var vector in VectorFile.Open("keys.json").Cases("cases").Where(v => v.Text("kind") == "mnemonic"))
        {
            var phrase = vector.Text("mnemonic");
            Assert.True(Mnemonic.Validate(phrase));
            Assert.Equal(vector.Hex("entropy"), Mnemonic.ToEntropy(phrase));
            Assert.Equal(phrase, Mnemonic.FromEntropy(vector.Hex("entropy")));
            Assert.Equal(vector.Hex("mini_secret"), Mnemonic.ToSeed(phrase, vector.Text("password")));
        }
    }

    [Fact]
    public void FromUri_EveryInvalidVector_Throws()
    {
        foreach (var vector in VectorFile.Open("keys.json").Cases("invalid"))
        {
            Assert.Throws<FormatException>(() => Sr25519KeyPair.FromUri(vector.Text("uri")));
        }
    }

    [Fact]
    public void Ss58_EveryValidVector_EncodesAndDecodes()
    {
        foreach (var vector in VectorFile.Open("ss58.json").Cases("valid"))
        {
            var (address, key) = (vector.Text("address"), vector.Hex("public_key"));
            var prefix = vector.GetProperty("prefix").GetUInt16();
            Assert.Equal(address, Ss58.Encode(key, prefix));
            Assert.Equal(key, Ss58.Decode(address, prefix));
            Assert.True(Ss58.TryDecode(address, out var decoded, out var found));
            Assert.Equal(key, decoded);
            Assert.Equal(prefix, found);
            Assert.Equal(vector.GetProperty("is_bittensor_format").GetBoolean(), Ss58.IsValid(address));
        }
    }

    [Fact]
    public void Ss58_EveryInvalidVector_IsRefused()
    {
        foreach (var vector in VectorFile.Open("ss58.json").Cases("invalid"))
        {
            var address = vector.Text("address");
            Assert.False(Ss58.TryDecode(address, out _, out _), $"{address}: {vector.Text("why")}");
            Assert.Throws<FormatException>(() => Ss58.Decode(address));
        }
    }

    [Fact]
    public void Ss58_EveryVectorOfAnotherNetwork_IsRefusedUnlessAskedFor()
    {
        foreach (var vector in VectorFile.Open("ss58.json").Cases("valid_but_other_network"))
        {
            var address = vector.Text("address");
            Assert.False(Ss58.IsValid(address));
            Assert.Throws<FormatException>(() => Ss58.Decode(address));
            Assert.True(Ss58.IsValid(address, vector.GetProperty("prefix").GetUInt16()));
        }
    }

    [Fact]
    public void Verify_EveryVector_GivesTheVerdict()
    {
        foreach (var vector in VectorFile.Open("sr25519_verify.json").Cases("cases"))
        {
            var verdict = Sr25519.Verify(vector.Hex("public_key"), vector.Hex("message"), vector.Hex("signature"));
            Assert.True(verdict == vector.GetProperty("expect").GetBoolean(), $"{vector.Text("name")}: {verdict}");
        }
    }
}
