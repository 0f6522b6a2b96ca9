using System.Text.Json;

namespace ComputeHorde.Sdk.Tests.Models;

public sealed class ComputeHordeJsonTests
{
    [Fact]
    public void Read_SnakeCase_GivesTheSpec()
    {
        var spec = ComputeHordeJson.ReadJobSpec(
            """
            {
              "executor_class": "always_on.llm.a6000", "job_namespace": "SN1.0", "docker_image": "me/img", "args": ["a"], "env": {"Z": "1", "A": "2"},
              "artifacts_dir": "/artifacts", "download_time_limit_sec": 1, "execution_time_limit_sec": 2, "upload_time_limit_sec": 3, "streaming": true,
              "streaming_start_time_limit_sec": 4,
              "input_volumes": {
                "/volume/i": {"type": "inline", "contents": "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA=="},
                "/volume/h": {"type": "http", "url": "https://e.example/h"},
                "/volume/z": {"type": "zip_url", "url": "https://e.example/z"},
                "/volume/f": {"type": "huggingface", "repo_id": "a/b", "allow_patterns": "*.json", "token": "t"},
                "/volume/g": {"type": "huggingface", "repo_id": "a/b", "repo_type": "dataset", "revision": "r", "allow_patterns": []}
              },
              "output_volumes": {"/output/o": {"http_method": "POST", "url": "https://e.example/o", "form_fields": {"b": "1", "a": "2"}, "signed_headers": null}}
            }

            """
        );
        Assert.Equal("me/img", spec.DockerImage);
        Assert.Equal(["Z", "A"], spec.Env.Keys);
        Assert.Equal(
            (1, 2, 3, 4),
            (spec.DownloadTimeLimitSec, spec.ExecutionTimeLimitSec, spec.UploadTimeLimitSec, spec.StreamingStartTimeLimitSec)
        );
        Assert.Equal(5, spec.InputVolumes.Count);
        Assert.Equal(["b", "a"], ((HttpOutputVolume)spec.OutputVolumes["/output/o"]).FormFields!.Keys);
        Assert.True(((HuggingfaceVolume)spec.InputVolumes["/volume/f"]).AllowPatterns!.IsText);
        Assert.Empty(((HuggingfaceVolume)spec.InputVolumes["/volume/g"]).AllowPatterns!.Patterns);
        Assert.Empty(JobSpecValidation.Validate(spec));
    }

    [Theory]
    [InlineData("30", 30)]
    [InlineData("30.0", 30)]
    [InlineData("6e2", 600)]
    [InlineData("0.3E2", 30)]
    [InlineData("604800", 604_800)]
    public void Read_WholeNumber_InAnyForm(string number, int expected) =>
        Assert.Equal(expected, ComputeHordeJson.ReadJobSpec(Minimal(number)).ExecutionTimeLimitSec);

    [Theory]
    [InlineData("30.5")]
    [InlineData("1e-1")]
    [InlineData("1e10")]
    [InlineData("1e400")]
    [InlineData("\"30\"")]
    public void Read_NoWholeNumber_IsRefusedByField(string number)
    {
        var error = Assert.Throws<ComputeHordeValidationException>(() => ComputeHordeJson.ReadJobSpec(Minimal(number)));
        Assert.Equal("execution_time_limit_sec", Assert.Single(error.Problems).Field);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(604_801)]
    [InlineData(int.MaxValue)]
    public void Validate_TimeLimitBeyondAWeek_IsRefusedByField(int seconds)
    {
        var problem = Assert.Single(JobSpecValidation.Validate(Specs.Minimal with { ExecutionTimeLimitSec = seconds }));
        Assert.Equal("execution_time_limit_sec", problem.Field);
        Assert.Contains("604800", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ByteOrderMark_IsSkipped() =>
        Assert.Equal(30, ComputeHordeJson.ReadJobSpec("\ufeff" + Minimal("30")).ExecutionTimeLimitSec);

    [Fact]
    public void Read_Faults_AreAllNamed()
    {
        var error = Assert.Throws<ComputeHordeValidationException>(() =>
            ComputeHordeJson.ReadJobSpec(
                """
                {
                  "executor_class": 1, "dockerImage": "x", "args": ["a", 2], "env": {"A": null, "B": "x"}, "download_time_limit_sec": 1.5, "streaming": "yes",
                  "execution_time_limit_sec": 1, "upload_time_limit_sec": 99999999999,
                  "input_volumes": {"/volume/a": {"type": "ftp"}, "/volume/b": {"type": "http", "url": "u", "extra": 1}, "/volume/c": 3},
                  "output_volumes": {"/output/a": {"url": "u", "form_fields": []}}
                }

                """
            )
        );
        Assert.Equal(
            [
                "args[1]",
                "dockerImage",
                "docker_image",
                "download_time_limit_sec",
                "env[\"A\"]",
                "executor_class",
                "input_volumes[\"/volume/a\"].type",
                "input_volumes[\"/volume/b\"].extra",
                "input_volumes[\"/volume/c\"]",
                "output_volumes[\"/output/a\"].form_fields",
                "output_volumes[\"/output/a\"].http_method",
                "streaming",
                "upload_time_limit_sec",
            ],
            error
                .Problems.Select(problem => problem.Field)
                .Distinct()
                .Order(StringComparer.Ordinal)
                .Where(field => field != "input_volumes[\"/volume/c\"].type")
        );
    }

    [Fact]
    public void Serializer_SpecInsideADocument_ReadsAndWritesIt()
    {
        var json = JsonSerializer.Serialize(new Holder(Specs.Everything, JobStatus.ExecutorReady), ComputeHordeJson.Options);
        Assert.StartsWith("{\"job_spec\":{\"executor_class\":", json, StringComparison.Ordinal);
        Assert.EndsWith("\"status\":\"executor_ready\"}", json, StringComparison.Ordinal);
        var back = JsonSerializer.Deserialize<Holder>(json, ComputeHordeJson.Options)!;
        Assert.Equal(ComputeHordeJson.WriteJobSpec(Specs.Everything), ComputeHordeJson.WriteJobSpec(back.JobSpec));
        Assert.Equal(JobStatus.ExecutorReady, back.Status);
        var error = Assert.Throws<JsonException>(() =>
            JsonSerializer.Deserialize<Holder>("""{"job_spec":{"nope":1}}""", ComputeHordeJson.Options)
        );
        Assert.Contains("nope: is not a known field.", error.Message, StringComparison.Ordinal);
    }

    private sealed record Holder(ComputeHordeJobSpec JobSpec, JobStatus Status);

    private static string Minimal(string executionLimit) =>
        $$"""
            {"executor_class":"always_on.llm.a6000","docker_image":"me/img","download_time_limit_sec":1,"execution_time_limit_sec":{{executionLimit}},"upload_time_limit_sec":3}
            """;
}
