using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;

namespace ComputeHorde.Sdk.Tests.Vectors;

[Trait("Category", "Vectors")]
public sealed class ResponseVectorTests
{
    [Fact]
    public Task Read_JobBodies_AreUnderstoodTolerantly() =>
        VectorFile.CheckAsync(
            VectorFile.Cases("facilitator_responses.json"),
            item => CheckBodyAsync(Encoding.UTF8.GetBytes(item.Text("body_text")), item["expected"]!.AsObject())
        );

    /// <summary>
    /// Bodies such as other files of this format have: read tolerantly as long as there is a uuid, refused with a documented error when
    /// there is none.
    /// </summary>
    [Theory]
    [InlineData(
        """{"uuid":"3a7bd778-6e80-4946-80c4-53f29f1273bf","status_history":[{"status":"completed"}],"artifacts":{"/a":"%%%","/b":"aGk="}}""",
        """{"python_sdk":"Error: Incorrect padding"}"""
    )]
    [InlineData("<html>502 Bad Gateway</html>", """{"python_sdk":"ComputeHordeError: malformed response"}""")]
    [InlineData("", """{"python_sdk":"ComputeHordeError: malformed response"}""")]
    [InlineData(
        "\ufeff{\"uuid\":\"3a7bd778-6e80-4946-80c4-53f29f1273bf\",\"status\":\"Sent\"}",
        """{"python_sdk":"ComputeHordeError: malformed response","better_status":"sent"}"""
    )]
    [InlineData(
        """{"count":1,"next":null,"previous":null,"results":[{"uuid":"x"}]}""",
        """{"count":1,"next":null,"previous":null,"results":0}"""
    )]
    public Task Read_OtherBodies_AreUnderstoodTolerantly(string body, string expected) =>
        CheckBodyAsync(Encoding.UTF8.GetBytes(body), JsonNode.Parse(expected)!.AsObject());

    private static async Task CheckBodyAsync(byte[] body, JsonObject expected)
    {
        if (expected.ContainsKey("results"))
        {
            var list = await new JobListReader(includeResults: true, NullLogger.Instance).ReadAsync(
                new MemoryStream(body),
                CancellationToken.None
            );
            Assert.Equal(
                (expected["results"]!.GetValue<int>(), expected["count"]!.GetValue<int>(), expected["next"] is not null),
                (list.Jobs.Count, list.Count, list.HasNext)
            );
            return;
        }

        JsonDocument document;
        try
        {
            document = await JsonAnswer.ReadAsync(new MemoryStream(body), CancellationToken.None);
        }
        catch (JsonException)
        {
            // The client makes a protocol error of it, as of any page of a proxy.
            Assert.NotEqual("ok", expected.Text("python_sdk"));
            return;
        }

        using (document)
        {
            if (document.RootElement.ValueKind == JsonValueKind.Object && Guid.TryParse(document.RootElement.Text("uuid"), out _))
            {
                Check(expected, JobReader.Read(document.RootElement));
            }
            else
            {
                Assert.NotEqual("ok", expected.Text("python_sdk"));
                Assert.Throws<ComputeHordeProtocolException>(() => JobReader.Read(document.RootElement));
            }
        }
    }

    private static void Check(JsonNode expected, ComputeHordeJob job)
    {
        var status = (expected["better_status"] ?? expected["status"])?.GetValue<string>();
        var hasTerminal = job.StatusHistory.Any(entry => entry.Status.IsTerminal);
        if (status is not null && (new JobStatus(status).IsTerminal || !hasTerminal))
        {
            Assert.Equal(status, job.Status.Value);
        }

        Assert.Equal(hasTerminal || (status is not null && new JobStatus(status).IsTerminal), job.IsTerminal);
        if (expected["better_last_raw_status"] is { } raw)
        {
            Assert.Equal(raw.GetValue<string>(), job.LastStatus.Value);
        }

        if ((expected["better_in_progress"] ?? expected["in_progress"])?.GetValue<bool>() is { } inProgress && !hasTerminal)
        {
            Assert.Equal(inProgress, !job.IsTerminal);
        }

        if (expected["history"] is JsonArray history)
        {
            Assert.Equal(history.Select(entry => entry!.GetValue<string>()), job.StatusHistory.Select(entry => entry.Status.Value));
        }

        CheckError(expected, job);
        CheckResult(expected, job);
        if (expected["streaming"] is { } streaming && streaming["port"]!.GetValue<int>() > 0)
        {
            Assert.Equal(streaming.Text("address"), job.Streaming!.Address);
            Assert.Equal(streaming.Text("cert"), job.Streaming.ServerCertificate);
            Assert.Equal(streaming["port"]!.GetValue<int>(), job.Streaming.Port);
        }
    }

    private static void CheckError(JsonNode expected, ComputeHordeJob job)
    {
        if (expected["error"] is { } error)
        {
            Assert.Equal(error.Text("reason"), job.Error!.Reason);
            Assert.Equal(error.Text("message"), job.Error.Message);
            Assert.True(JsonNode.DeepEquals(error["context"], job.Error.Context), $"context is {job.Error.Context}");
            Assert.Equal(
                error.Text("kind") switch
                {
                    "ComputeHordeJobRejection" => FailureClass.Rejected,
                    "ComputeHordeJobFailure" => FailureClass.JobFailed,
                    _ => FailureClass.HordeFailed,
                },
                job.Error.Class
            );
        }

        if (expected["classify_as"]?.GetValue<string>() is "horde_failure")
        {
            Assert.Equal(FailureClass.HordeFailed, job.Failure);
        }

        if (expected["failure_exit_status"] is { } exit)
        {
            Assert.Equal(exit.GetValue<int>(), job.Error!.ExitCode);
        }

        if (expected["failure_stdout"] is { } stdout)
        {
            Assert.Equal(stdout.GetValue<string>(), job.Error!.Stdout);
        }

        if (expected["failure_stderr"] is { } stderr)
        {
            Assert.Equal(stderr.GetValue<string>(), job.Error!.Stderr);
        }

        if (expected["failure_stage"] is { } stage)
        {
            Assert.Equal(stage.GetValue<string>(), job.Error!.Stage);
        }
    }

    private static void CheckResult(JsonNode expected, ComputeHordeJob job)
    {
        if (expected["result"] is not { } result || !job.IsSuccessful)
        {
            return;
        }

        Assert.Equal(result.Text("stdout_sha256"), Sha256(Encoding.UTF8.GetBytes(job.Result!.Stdout)));
        Assert.Equal(result.Text("stderr"), job.Result.Stderr);
        foreach (var (path, artifact) in result["artifacts"]!.AsObject())
        {
            if (artifact is JsonObject facts)
            {
                Assert.Equal(facts.Text("sha256"), Sha256(job.Result.Artifacts[path]));
            }
        }

        foreach (var (path, upload) in result["upload_results"]!.AsObject())
        {
            Assert.Equal(upload!.Text("body"), job.Result.UploadResults[path].Body);
            Assert.Equal(
                upload!["headers"]!.AsObject().Select(header => (header.Key, header.Value!.GetValue<string>())),
                job.Result.UploadResults[path].Headers.Select(header => (header.Key, header.Value))
            );
        }
    }

    private static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
