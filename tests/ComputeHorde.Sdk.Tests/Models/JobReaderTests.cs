using System.Text.Json;

namespace ComputeHorde.Sdk.Tests.Models;

public sealed class JobReaderTests
{
    private const string Start = "{\"uuid\":\"3a7bd778-6e80-4946-80c4-53f29f1273bf\"";

    [Fact]
    public void Read_OneBadArtifactAndUpload_SpoilOnlyThemselves()
    {
        var job = Read(
            ""","status_history":[{"status":"completed"}],"artifacts":{"/a":"aGk=","/b":"%%%"},"upload_results":{"x":"{\"headers\":{\"etag\":\"1\"},\"body\":\"b\"}","y":"nope"}}"""
        );
        Assert.Equal("hi"u8.ToArray(), job.Result!.Artifacts["/a"]);
        Assert.Equal("%%%", job.Result.UnreadableArtifacts["/b"]);
        Assert.Equal("1", job.Result.UploadResults["/output/x"].Headers["etag"]);
        Assert.Equal("nope", job.Result.UnreadableUploadResults["/output/y"]);
    }

    [Fact]
    public void Read_CompletedThenMore_TakesTheResultFromTheCompletion()
    {
        var job = Read(
            ""","stdout":"","artifacts":{},"status_history":[{"status":"completed","metadata":{"miner_response":{"docker_process_stdout":"out","artifacts":{"/a":"aGk="}}}},{"status":"horde_failed","metadata":{}}]}"""
        );
        Assert.True(job.IsSuccessful);
        Assert.Equal(JobStatus.HordeFailed, job.LastStatus);
        Assert.Equal("out", job.Result!.Stdout);
        Assert.Single(job.Result.Artifacts);
        Assert.Equal(FailureClass.None, job.Failure);
    }

    [Fact]
    public void Read_StreamingServerInTheHistoryOnly_IsReady()
    {
        const string Details = """{"streaming_server_cert":"PEM","streaming_server_address":"10.0.0.7","streaming_server_port":6006}""";
        var early = Read(
            $$$""","streaming_client_cert":"own","streaming_server_cert":"","streaming_server_port":0,"status_history":[{"status":"streaming_ready","metadata":{"streaming_details":{{{Details}}}}},{"status":"x","metadata":null}]}"""
        );
        Assert.Equal(new StreamingInfo("own", "PEM", "10.0.0.7", 6006), early.Streaming);
        Assert.Equal(
            new StreamingInfo("own", "", "", 0),
            Read(""","streaming_client_cert":"own","status_history":[{"status":"sent","metadata":{"streaming_details":7}}]}""").Streaming
        );
        Assert.Null(Read("""}""").Streaming);
    }

    [Fact]
    public void Read_UploadAnswer_HasTheStoredObjectsMarksInAnyCase()
    {
        var job = Read(
            ""","status_history":[{"status":"completed"}],"upload_results":{"x":"\ufeff{\"headers\":{\"ETag\":\"0x8DC\",\"content-md5\":\"Q2hlY2s=\"},\"body\":\"\"}","y":"{}"}}"""
        );
        var upload = job.Result!.UploadResults["/output/x"];
        Assert.Equal(("0x8DC", "Q2hlY2s="), (upload.ETag, upload.ContentMd5));
        Assert.Equal((null, null), (job.Result.UploadResults["/output/y"].ETag, job.Result.UploadResults["/output/y"].ContentMd5));
    }

    [Fact]
    public void ToString_TextsOfTheHorde_StayInOneLine()
    {
        var job = Read(
            ""","status_history":[{"status":"failed\n\u001b[2J"},{"status":"rejected","metadata":{"job_rejection_details":{"reason":"busy\r\nINFO forged","message":"\u001b]0;x\u0007\u202e\u2028"}}}]}"""
        );
        foreach (var text in (string[])[job.ToString(), job.Error!.ToString(), job.StatusHistory[0].Status.ToString()])
        {
            Assert.DoesNotContain(text, c => char.IsControl(c) || c is '\u202e' or '\u2028');
        }

        Assert.Contains("busy\\u000D\\u000AINFO forged", job.Error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("6006", 6006)]
    [InlineData("6006.0", 6006)]
    [InlineData("6.006e3", 6006)]
    [InlineData("6006.5", 0)]
    [InlineData("1e400", 0)]
    [InlineData("\"6006\"", 0)]
    public void Read_PortInAnyNumberForm_IsRead(string port, int expected) =>
        Assert.Equal(expected, Read($$""","streaming_client_cert":"own","streaming_server_port":{{port}}}""").Streaming!.Port);

    [Fact]
    public void Read_WithoutResults_LeavesOutWhatTheJobPrintedAndGave()
    {
        const string Rest =
            ""","status_history":[{"status":"failed","metadata":{"job_failure_details":{"reason":"nonzero_return_code","docker_process_exit_status":3,"docker_process_stdout":"out"}}}]}""";
        using var document = JsonDocument.Parse(Start + Rest);
        Assert.Equal("out", JobReader.Read(document.RootElement).Error!.Stdout);
        Assert.True(
            JobReader.Read(document.RootElement, includeResults: false).Error
                is { Stdout: null, ExitCode: 3, Reason: "nonzero_return_code" }
        );
    }

    [Fact]
    public void Read_LoneSurrogateInOutput_IsReplacedNotFatal()
    {
        var job = Read(""","stdout":"a\ud800b\n","status_history":[{"status":"completed"}]}""");
        Assert.Equal("a\ufffdb\n", job.Result!.Stdout);
    }

    [Fact]
    public void Read_DisplayNames_AreFolded()
    {
        Assert.Equal(JobStatus.ExecutorReady, Read(""","status":"Executor Ready"}""").Status);
        Assert.Equal(JobStatus.Unknown, Read("""}""").Status);
    }

    [Theory]
    [InlineData("HTTPStatusError", "volume_download", true)]
    [InlineData("BadZipFile", "volume_download", true)]
    [InlineData("HTTPStatusError", "execution", false)]
    [InlineData("RuntimeError", "volume_download", false)]
    public void IsUserCaused_HordeExceptions_FollowStageAndType(string type, string stage, bool expected)
    {
        var job = Read(
            ""","status_history":[{"status":"horde_failed","metadata":{"horde_failure_details":{"reason":"unhandled_exception","context":{"exception_type":"TYPE","stage":"STAGE"}}}}]}"""
                .Replace("TYPE", type, StringComparison.Ordinal)
                .Replace("STAGE", stage, StringComparison.Ordinal)
        );
        Assert.Equal(expected, job.Error!.IsUserCaused);
        Assert.Equal(!expected, job.IsWorthRetrying);
        Assert.Equal(FailureClass.HordeFailed, job.Failure);
    }

    private static ComputeHordeJob Read(string rest)
    {
        using var document = JsonDocument.Parse(Start + rest);
        return JobReader.Read(document.RootElement);
    }
}
