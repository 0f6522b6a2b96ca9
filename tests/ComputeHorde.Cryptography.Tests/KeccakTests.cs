using System.Security.Cryptography;

namespace ComputeHorde.Cryptography.Tests;

public sealed class KeccakTests
{
    [Fact]
    public void Permute_ZeroState_MatchesTheReference()
    {
        var state = new byte[KeccakF1600.StateSize];
        KeccakF1600.Permute(state);
        Assert.Equal("e7dde140798f25f18a47c033f9ccd584eea95aa61e2698d54d49806f304715bd", Convert.ToHexStringLower(state[..32]));
    }

    [Fact]
    public void Permute_AsASponge_IsSha3()
    {
        Assert.SkipUnless(SHA3_256.IsSupported, "The operating system has no SHA-3.");
        var random = new Random(8);
        for (var length = 0; length < 600; length += 7)
        {
            var data = new byte[length];
            random.NextBytes(data);
            Assert.Equal(SHA3_256.HashData(data), Sha3(data));
        }
    }

    [Fact]
    public void Challenge_AfterOneMessage_MatchesMerlin()
    {
        // The example of the Merlin documentation's own test.
        var transcript = new MerlinTranscript("test protocol"u8);
        transcript.Append("some label"u8, "some data"u8);
        var challenge = new byte[32];
        transcript.Challenge("challenge"u8, challenge);
        Assert.Equal("d5a21972d0d5fe320c0d263fac7fffb8145aa640af6e9bca177c03c7efcf0615", Convert.ToHexStringLower(challenge));
    }

    [Fact]
    public void Witness_AnyOfItsInputsChanges_ChangesAndLeavesTheTranscript()
    {
        var transcript = new MerlinTranscript("test"u8);
        var copy = transcript;
        byte[] secret = [1], randomness = new byte[32];
        var first = Witness(transcript, secret, randomness);
        Assert.Equal(first, Witness(transcript, secret, randomness));
        Assert.NotEqual(first, Witness(transcript, [2], randomness));
        randomness[0]++;
        Assert.NotEqual(first, Witness(transcript, secret, randomness));
        randomness[0]--;

        byte[] before = new byte[32], after = new byte[32];
        copy.Challenge("c"u8, before);
        transcript.Challenge("c"u8, after);
        Assert.Equal(before, after);
        Assert.NotEqual(first, Witness(transcript, secret, randomness));
    }

    private static byte[] Witness(MerlinTranscript transcript, byte[] secret, byte[] randomness)
    {
        var witness = new byte[64];
        transcript.Witness("w"u8, secret, randomness, witness);
        return witness;
    }

    private static byte[] Sha3(byte[] data)
    {
        const int Rate = 136;
        var state = new byte[KeccakF1600.StateSize];
        var position = 0;
        foreach (var value in data)
        {
            state[position++] ^= value;
            if (position == Rate)
            {
                KeccakF1600.Permute(state);
                position = 0;
            }
        }

        state[position] ^= 0x06;
        state[Rate - 1] ^= 0x80;
        KeccakF1600.Permute(state);
        return state[..32];
    }
}
