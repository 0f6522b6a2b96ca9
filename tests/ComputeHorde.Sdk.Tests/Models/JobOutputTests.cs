using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ComputeHorde.Sdk.Tests.Models;

public sealed class JobOutputTests
{
    private const string Uuid = "3a7bd778-6e80-4946-80c4-53f29f1273bf";

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    public async Task Read_LongTextsInPieces_AreWhatTheJobSays(int piece)
    {
        var artifact = RandomNumberGenerator.GetBytes(50_000);
        var stdout = string.Concat(Enumerable.Repeat("\u0000\\\"/\n\b\f\r\té€😀~", 3000));
        var body = Completed(stdout, "warned\n", new JsonObject { ["/a/long"] = Convert.ToBase64String(artifact), ["/a/short"] = "aGk=" });
        foreach (
            var json in (string[])
                [
                    body.ToJsonString(),
                    body.ToJsonString(
                        new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }
                    ),
                ]
        )
        {
            using var output = await ReadAsync(json, piece);

            Assert.Equal((Uuid, JobStatus.Completed, null), (output.Job.Uuid, output.Job.Status, output.Job.Result));
            Assert.Equal(stdout, TextOf(output.Stdout));
            Assert.Equal("warned\n", TextOf(output.Stderr));
            Assert.Equal(["/a/long", "/a/short"], output.Artifacts.Keys.Order());
            Assert.Equal(artifact, BytesOf(output.Artifacts["/a/long"]));
            Assert.Equal("hi", TextOf(output.Artifacts["/a/short"]));
            Assert.Equal("\"1\"", output.UploadResults["/output/x"].ETag);
        }
    }

    [Fact]
    public async Task Read_FailedJob_HasWhatItPrinted()
    {
        var printed = new string('e', 30_000);
        var body = new JsonObject
        {
            ["uuid"] = Uuid,
            ["status_history"] = new JsonArray(
                new JsonObject
                {
                    ["status"] = "failed",
                    ["metadata"] = new JsonObject
                    {
                        ["job_failure_details"] = new JsonObject
                        {
                            ["docker_process_exit_status"] = 3,
                            ["docker_process_stdout"] = "partial",
                            ["docker_process_stderr"] = printed,
                        },
                    },
                }
            ),
        };
        using var output = await ReadAsync(body.ToJsonString(), 4096);

        Assert.Equal((FailureClass.JobFailed, 3), (output.Job.Failure, output.Job.Error!.ExitCode));
        Assert.Equal(("partial", printed), (TextOf(output.Stdout), TextOf(output.Stderr)));
    }

    [Fact]
    public async Task Read_WhatCannotBeRead_SpoilsOnlyItself()
    {
        var (bad, padded) = (new string('A', 40_000) + "%", new string('A', 20_000) + "==" + new string('A', 20_000));
        var body = Completed(
            "x",
            "",
            new JsonObject
            {
                ["/bad"] = bad,
                ["/padded"] = padded,
                ["/odd"] = new string('A', 40_001),
                ["/good"] = new string('A', 40_000),
            }
        );
        body["upload_results"] = new JsonObject
        {
            ["y"] = new string('{', 20_000),
            ["z"] = new JsonObject
            {
                ["headers"] = new JsonObject { ["ETag"] = "2" },
                ["body"] = new string('b', 30_000),
            }.ToJsonString(),
        };
        using var output = await ReadAsync(body.ToJsonString(), 4096);

        Assert.Equal("/good", Assert.Single(output.Artifacts.Keys));
        Assert.Equal(30_000, output.Artifacts["/good"].Length);
        Assert.Equal("2", Assert.Single(output.UploadResults).Value.ETag);
    }

    [Fact]
    public async Task Read_TextThatIsNoUnicode_IsReplacedNotFatal()
    {
        byte[] json =
        [
            .. Encoding.ASCII.GetBytes(
                $"{{\"uuid\":\"{Uuid}\",\"status_history\":[{{\"status\":\"completed\"}}],\"stdout\":\"{new string('x', 20_000)}"
            ),
            0xC3,
            .. "\\ud83d|\\ud83d\\ude00|\\ude00|"u8,
            0xFF,
            .. "\"}"u8,
        ];
        foreach (var piece in (int[])[1, 3, 100_000])
        {
            using var output = await JobOutput.ReadAsync(new PieceStream(json, piece), CancellationToken.None);
            Assert.Equal("\uFFFD\uFFFD|😀|\uFFFD|\uFFFD", TextOf(output.Stdout)[20_000..]);
        }
    }

    [Theory]
    [InlineData(20_000)]
    [InlineData(10)]
    public async Task Read_CutOffInAText_IsNotJson(int length)
    {
        var json = Completed(new string('x', 30_000), new string('y', length), []).ToJsonString();
        await Assert.ThrowsAnyAsync<JsonException>(() =>
            ReadAsync(json[..(json.IndexOf("yyyy", StringComparison.Ordinal) + (length / 2))], 4096)
        );
    }

    [Fact]
    public async Task Read_ResultOf64MB_IsNotInMemory()
    {
        const int Length = 64 << 20;
        var body = new ResultStream(Length);

        // Nothing of it waits for anything, so that all is allocated by this thread.
        var before = GC.GetAllocatedBytesForCurrentThread();
        var reading = JobOutput.ReadAsync(body, CancellationToken.None);
        Assert.True(reading.IsCompleted);
        using var output = await reading;
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.InRange(allocated, 1, 1 << 20);
        Assert.Equal(Length, output.Stdout.Length);
        await using var stream = output.Stdout.OpenRead();
        Assert.Equal(
            ResultStream.Hash(Length),
            Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, TestContext.Current.CancellationToken))
        );
    }

    private static JsonObject Completed(string stdout, string stderr, JsonObject artifacts) =>
        new()
        {
            ["uuid"] = Uuid,
            ["stdout"] = stdout,
            ["stderr"] = stderr,
            ["artifacts"] = artifacts,
            ["upload_results"] = new JsonObject { ["x"] = """{"headers":{"etag":"\"1\""},"body":""}""" },
            ["status_history"] = new JsonArray(
                new JsonObject
                {
                    ["status"] = "completed",
                    ["metadata"] = new JsonObject { ["miner_response"] = new JsonObject { ["docker_process_stdout"] = stdout } },
                }
            ),
        };

    private static Task<JobOutput> ReadAsync(string json, int piece) =>
        JobOutput.ReadAsync(new PieceStream(Encoding.UTF8.GetBytes(json), piece), CancellationToken.None);

    private static string TextOf(OutputPart part) => Encoding.UTF8.GetString(BytesOf(part));

    private static byte[] BytesOf(OutputPart part)
    {
        using var stream = part.OpenRead();
        Assert.Equal(part.Length, stream.Length);
        var bytes = new byte[part.Length];
        stream.ReadExactly(bytes);
        Assert.Equal(0, stream.Read(new byte[1]));
        return bytes;
    }

    /// <summary>The answer about a completed job that printed much, made as it is read.</summary>
    private sealed class ResultStream(int length) : MemoryStream
    {
        private static readonly byte[] Line = "0123456789abcde."u8.ToArray();
        private readonly byte[] _head = Encoding.ASCII.GetBytes(
            $"{{\"uuid\":\"{Uuid}\",\"status_history\":[{{\"status\":\"completed\"}}],\"stdout\":\""
        );
        private readonly byte[] _tail = "\"}"u8.ToArray();
        private long _position;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = 0;
            for (; read < buffer.Length && _position < _head.Length + length + _tail.Length; read++, _position++)
            {
                var inText = _position - _head.Length;
                buffer.Span[read] =
                    inText < 0 ? _head[_position]
                    : inText < length ? Line[inText % Line.Length]
                    : _tail[inText - length];
            }

            return new ValueTask<int>(read);
        }

        public static string Hash(int length)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            for (var written = 0; written < length; written += Line.Length)
            {
                hash.AppendData(Line);
            }

            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
    }
}
