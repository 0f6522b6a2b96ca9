namespace ComputeHorde.Cryptography.Tests;

public sealed class MerlinTranscriptTests
{
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
        byte[] secret = [1],
            randomness = new byte[32];
        var first = Witness(transcript, secret, randomness);
        Assert.Equal(first, Witness(transcript, secret, randomness));
        Assert.NotEqual(first, Witness(transcript, [2], randomness));
        randomness[0]++;
        Assert.NotEqual(first, Witness(transcript, secret, randomness));
        randomness[0]--;

        byte[] before = new byte[32],
            after = new byte[32];
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
}
