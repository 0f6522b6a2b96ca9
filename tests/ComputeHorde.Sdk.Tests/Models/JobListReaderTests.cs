using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;

namespace ComputeHorde.Sdk.Tests.Models;

public sealed class JobListReaderTests
{
    private const string Job =
        "{\"uuid\":\"3a7bd778-6e80-4946-80c4-53f29f1273bf\",\"stdout\":\"[]{}\\\"\",\"status_history\":[{\"status\":\"completed\"}]}";

    [Theory]
    [InlineData("{\"count\":3,\"next\":\"http://x\",\"previous\":{\"a\":[1]},\"results\":[" + Job + ",7," + Job + "]}", 2, 1, 3, true)]
    [InlineData("\ufeff {\"results\" : [ ] , \"next\" : null , \"count\" : 0 }\n", 0, 0, 0, false)]
    [InlineData("{\"results\":[{\"uuid\":\"no\"}],\"count\":\"many\",\"next\":\"\"}", 0, 1, 1, false)]
    [InlineData("{\"results\":[],\"count\":3.0e1}", 0, 0, 30, false)]
    [InlineData("{\"results\":[],\"count\":-1}", 0, 0, 0, false)]
    public async Task Read_ListInPieces_IsTheSameAsInOne(string text, int jobs, int unreadable, int count, bool hasNext)
    {
        foreach (var piece in (int[])[1, 2, 7, 100, 100_000])
        {
            var list = await ReadAsync(text, piece);
            Assert.Equal((jobs, unreadable, count, hasNext), (list.Jobs.Count, list.Unreadable, list.Count, list.HasNext));
            Assert.All(list.Jobs, job => Assert.Equal("[]{}\"", job.Result!.Stdout));
        }
    }

    [Theory]
    [InlineData(100)]
    [InlineData(100_000)]
    public async Task Read_LargeJobs_AreReadWhole(int length)
    {
        var big = Job.Replace("[]{}", new string('x', length), StringComparison.Ordinal);
        var list = await ReadAsync($"{{\"results\":[{string.Join(',', Enumerable.Repeat(big, 20))}]}}", 5000);
        Assert.Equal(20, list.Jobs.Count);
        Assert.All(list.Jobs, job => Assert.Equal(length + 1, job.Result!.Stdout.Length));
    }

    [Fact]
    public async Task Read_ResultsNotWanted_LeavesOutTheLongTextsAndNothingElse()
    {
        var job = $$$"""
            { "uuid" : "3a7bd778-6e80-4946-80c4-53f29f1273bf", "args" : [ "a" , "\u0062\"," , { } , [ ] ], "stdout" : "{{{new string(
                'x',
                100_000
            )}}}\\" ,
              "env":{"é":"1", "b":"2"}, "status_history" : [ {"status":"sent"}, { "status":"completed", "metadata":{"miner_response":{"docker_process_stdout":"{{{new string(
                'y',
                50_000
            )}}}"},"n":-1.5e3} } ] ,
              "tag":"t" }
            """;
        foreach (var piece in (int[])[1, 7, 100_000])
        {
            var list = await ReadAsync($"{{\"results\":[{job},{Job}],\"count\":2}}", piece, includeResults: false);

            Assert.Equal(2, list.Jobs.Count);
            Assert.Equal(("t", JobStatus.Completed, 2), (list.Jobs[0].Tag, list.Jobs[0].Status, list.Jobs[0].StatusHistory.Count));
            Assert.Equal(
                ["a", "b\",", "{ }", "[ ]"],
                list.Jobs[0]
                    .Args.Select(static arg =>
                        arg.Replace("{}", "{ }", StringComparison.Ordinal).Replace("[]", "[ ]", StringComparison.Ordinal)
                    )
            );
            Assert.Equal(["1", "2"], list.Jobs[0].Env.Values);
            Assert.All(list.Jobs, static read => Assert.Null(read.Result));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"results\":{}}")]
    [InlineData("{\"results\":null}")]
    [InlineData("{\"results\":[]")]
    [InlineData("{\"results\":[" + Job)]
    [InlineData("{\"results\":[]}{}")]
    [InlineData("{\"results\":[],\"results\":[]}")]
    [InlineData("<html>")]
    public async Task Read_AnythingElse_IsNotAList(string text) => await Assert.ThrowsAnyAsync<JsonException>(() => ReadAsync(text, 3));

    private static Task<JobList> ReadAsync(string text, int piece, bool includeResults = true) =>
        new JobListReader(includeResults, NullLogger.Instance).ReadAsync(
            new PieceStream(Encoding.UTF8.GetBytes(text), piece),
            CancellationToken.None
        );
}
