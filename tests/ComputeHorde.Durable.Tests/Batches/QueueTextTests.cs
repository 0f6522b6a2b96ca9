using System.Text;
using ComputeHorde.Durable.Batches;

namespace ComputeHorde.Durable.Tests.Batches;

public sealed class QueueTextTests
{
    private const string Document = """{"id":"lot-1","jobs_blob":"lot-1.jsonl"}""";

    [Theory]
    [InlineData(Document)]
    [InlineData("  \r\n" + Document)]
    [InlineData("not JSON")]
    [InlineData("")]
    [InlineData("eyJ")]
    public void Of_TextOrWhatIsNoBase64_IsLeftAsItIs(string body) =>
        Assert.Equal(body, QueueText.Of(BinaryData.FromString(body)).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    public void Of_Base64_IsDecoded(string after) =>
        Assert.Equal(
            Document,
            QueueText.Of(BinaryData.FromString(Convert.ToBase64String(Encoding.UTF8.GetBytes(Document)) + after)).ToString()
        );

    [Fact]
    public void Of_TextWithAByteOrderMark_IsNotTakenForBase64()
    {
        byte[] body = [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(Document)];

        Assert.Equal(body, QueueText.Of(BinaryData.FromBytes(body)).ToArray());
    }
}
