using System.Text;
using ComputeHorde.Durable.Batches;

namespace ComputeHorde.Durable.Tests.Batches;

public class LineReaderTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("a", "a")]
    [InlineData("a\n", "a")]
    [InlineData("a\r\nb\n\nc", "a|b||c")]
    [InlineData("\uFEFFa\nb", "a|b")]
    public async Task ReadAsync_Text_GivesItsLines(string text, string expected)
    {
        var (lines, _) = await ReadAsync(text, 0, 100);

        Assert.Equal(expected, string.Join('|', lines));
    }

    [Fact]
    public async Task ReadAsync_LineTooLong_GivesNullAndGoesOn()
    {
        var (lines, _) = await ReadAsync($"short\n{new string('x', 200_000)}\nend", 0, 1000);

        Assert.Equal(["short", null, "end"], lines);
    }

    [Fact]
    public async Task ReadAsync_FromEveryOffsetGiven_ContinuesExactly()
    {
        const string Text = "eins\nzwei\r\n\ndrei\u00e4\nvier";
        var bytes = Encoding.UTF8.GetBytes(Text);
        var (all, offsets) = await ReadAsync(Text, 0, 100);

        for (var index = 0; index < offsets.Count; index++)
        {
            var reader = new LineReader(new MemoryStream(bytes[(int)offsets[index]..]), offsets[index], 100);
            var rest = new List<string?>();
            await foreach (var line in reader.ReadAsync(TestContext.Current.CancellationToken))
            {
                rest.Add(line?.ToString());
            }

            Assert.Equal(all.Skip(index + 1), rest);
        }
    }

    private static async Task<(List<string?> Lines, List<long> Offsets)> ReadAsync(string text, long offset, int maxLength)
    {
        var reader = new LineReader(new MemoryStream(Encoding.UTF8.GetBytes(text)), offset, maxLength);
        var lines = new List<string?>();
        var offsets = new List<long>();
        await foreach (var line in reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            lines.Add(line?.ToString());
            offsets.Add(reader.Offset);
        }

        return (lines, offsets);
    }
}
