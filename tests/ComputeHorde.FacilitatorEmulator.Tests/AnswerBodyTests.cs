using System.Text;
using ComputeHorde.Emulator.Executor;
using ComputeHorde.Emulator.Python;
using ComputeHorde.Emulator.Storage;

namespace ComputeHorde.Emulator.Tests;

public sealed class AnswerBodyTests
{
    [Fact]
    public async Task Json_LongTextsInAFile_IsTheSameAsWithoutOne()
    {
        string text = "x" + string.Concat(Enumerable.Repeat("😀\"\\\n\u0001é", 40_000));
        PyDict Metadata() =>
            new()
            {
                ["miner_response"] = new PyDict
                {
                    ["docker_process_stdout"] = text,
                    ["docker_process_stderr"] = "short",
                    ["artifacts"] = new PyDict { ["/a"] = text },
                },
            };
        byte[] expected = Encoding.UTF8.GetBytes(PyJsonWriter.Compact(Metadata()));
        using var file = new TextFile();
        PyDict filed = file.Take(Metadata());

        Assert.IsType<FiledText>(((PyDict)filed["miner_response"]!)["docker_process_stdout"]);
        Assert.Equal(expected, Encoding.UTF8.GetBytes(PyJsonWriter.Compact(filed)));
        AnswerBody body = AnswerBody.Json(filed);
        Assert.Equal(expected.Length, body.Length);
        foreach (int count in new[] { 0, 5, 100, 70_000, expected.Length - 30, expected.Length })
        {
            using var written = new MemoryStream();
            await body.WriteToAsync(written, count, TestContext.Current.CancellationToken);
            Assert.Equal(expected[..count], written.ToArray());
        }
    }

    [Theory]
    [InlineData("abcdefghij", 0, 10, "abcdefghij")]
    [InlineData("abcdefghij", 0, 6, "abc ... hij")]
    [InlineData("abc", 8, 10, "abc.....")]
    [InlineData("abcd", 20, 6, "abc ... ...")]
    [InlineData("abcdefgh", 9, 4, "ab ... h.")]
    public void CutStdout_MoreThanIsKept_HasTheFirstAndTheLastHalf(string text, int width, int most, string expected)
    {
        var result = new ImageResult
        {
            Text = text,
            StdoutWidth = width,
            Files = new Dictionary<string, byte[]>(),
        };
        Assert.Equal(expected, result.CutStdout(most));
    }

    [Fact]
    public async Task Filler_ReadInPiecesOrAgain_IsTheSameFile()
    {
        var task = new ImageTask("echo", ["word"], new PyDict { ["EMULATOR_OUTPUT_BYTES"] = "1000" }, [], false, 1);
        byte[] whole = new byte[1001];
        using Stream file = PretendImages.Output(task, PretendImages.Run(task), "any.bin");
        Assert.Equal(
            1000,
            await file.ReadAtLeastAsync(whole, whole.Length, throwOnEndOfStream: false, TestContext.Current.CancellationToken)
        );
        Assert.Equal((64, 129), (Array.IndexOf(whole, (byte)'\n'), Array.IndexOf(whole, (byte)'\n', 65)));

        file.Position = 0;
        for (int at = 0, read; at < 1000; at += read)
        {
            byte[] piece = new byte[7];
            read = file.Read(piece, 0, 7);
            Assert.Equal(whole[at..(at + read)], piece[..read]);
        }
    }
}
