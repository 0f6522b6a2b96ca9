namespace ComputeHorde.Sdk.Tests.Models;

public sealed class JobSpecValidationTests
{
    [Fact]
    public void Validate_GoodSpecs_HaveNoProblems()
    {
        Assert.Empty(JobSpecValidation.Validate(Specs.Minimal));
        Assert.Empty(JobSpecValidation.Validate(Specs.Everything));
        Assert.Empty(JobSpecValidation.Validate(Specs.Minimal with { ExecutorClass = "new.class" }, ["new.class"]));
    }

    [Fact]
    public void Validate_ManyFaults_AreReportedTogetherByField()
    {
        var spec = Specs.Minimal with
        {
            ExecutorClass = "nope",
            DockerImage = " me/img",
            JobNamespace = new string('n', 101),
            Args = ["ok", "", "a\u001c", "nul\0", "\ud800"],
            Env = new() { ["A"] = "x\0" },
            ArtifactsDir = "/a\u2028",
            DownloadTimeLimitSec = 0,
            ExecutionTimeLimitSec = -1,
            InputVolumes = new()
            {
                ["/data/x"] = new HttpVolume("https://e.example/"),
                ["/volume/a"] = new HttpVolume("ftp://e.example/"),
                ["/volume/b"] = new InlineVolume("dmVyc2lvbj0y"),
                ["/volume/c"] = new HuggingfaceVolume("") { RepoType = "models" },
                ["/volume/../d"] = new ZipUrlVolume("https://e.example/z.zip"),
                ["/volume/"] = new HttpVolume("https://e.example/"),
            },
            OutputVolumes = new()
            {
                ["/output/x"] = new HttpOutputVolume("PUT", "https://e.example/") { FormFields = new() { ["a"] = "b" } },
                ["/output/y"] = new HttpOutputVolume("PATCH", "https://e.example/"),
                ["/output/"] = new HttpOutputVolume("PUT", "https://e.example/") { SignedHeaders = new() { ["X y"] = "a\r\nb" } },
                ["output/z"] = new HttpOutputVolume("POST", "//e.example/"),
            },
        };

        var fields = JobSpecValidation.Validate(spec).Select(problem => problem.Field).ToList();

        foreach (
            var field in (string[])
                [
                    "executor_class",
                    "docker_image",
                    "job_namespace",
                    "args[1]",
                    "args[2]",
                    "args[3]",
                    "args[4]",
                    "env[\"A\"]",
                    "artifacts_dir",
                    "download_time_limit_sec",
                    "execution_time_limit_sec",
                    "input_volumes[\"/data/x\"]",
                    "input_volumes[\"/volume/a\"].url",
                    "input_volumes[\"/volume/b\"].contents",
                    "input_volumes[\"/volume/c\"].repo_id",
                    "input_volumes[\"/volume/c\"].repo_type",
                    "input_volumes[\"/volume/../d\"]",
                    "input_volumes[\"/volume/\"]",
                    "output_volumes[\"/output/x\"].form_fields",
                    "output_volumes[\"/output/y\"].http_method",
                    "output_volumes[\"/output/\"]",
                    "output_volumes[\"output/z\"]",
                    "output_volumes[\"output/z\"].url",
                ]
        )
        {
            Assert.Contains(field, fields);
        }

        Assert.DoesNotContain("args[0]", fields);
    }

    [Theory]
    [InlineData(255, "a", 0)]
    [InlineData(256, "a", 1)]
    [InlineData(255, "\U0001F680", 0)]
    [InlineData(256, "\U0001F680", 1)]
    public void Validate_Length_CountsCodePoints(int count, string text, int problems)
    {
        var long255 = string.Concat(Enumerable.Repeat(text, count));
        Assert.Equal(problems, JobSpecValidation.Validate(Specs.Minimal with { ArtifactsDir = long255 }).Count);
        Assert.Equal(problems, JobSpecValidation.ValidateTag(long255).Count);
    }

    [Theory]
    [InlineData("\ufeff")]
    [InlineData("\u200b")]
    [InlineData("\u180e")]
    public void Validate_CharactersPythonDoesNotTrim_AreAllowedAtTheEdges(string text) =>
        Assert.Empty(JobSpecValidation.Validate(Specs.Minimal with { Args = [text + "a" + text] }));

    [Fact]
    public void Validate_BodyOverTheLimit_NamesTheLimit()
    {
        var noise = new byte[1_960_000];
        new Random(1).NextBytes(noise);
        var fits = Specs.Minimal with { InputVolumes = new() { ["/volume/x"] = InlineVolume.FromFileContents("n", noise) } };
        Assert.Empty(JobSpecValidation.Validate(fits));
        var tooBig = fits with
        {
            InputVolumes = new() { ["/volume/x"] = InlineVolume.FromFileContents("n", [.. noise, .. noise[..10_000]]) },
        };
        Assert.Contains("2621440", Assert.Single(JobSpecValidation.Validate(tooBig)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_InvalidSpecTagAndValidator_AreAllNamedAndNothingIsSent()
    {
        await using var server = await FakeFacilitator.StartAsync();
        using var client = server.Client(options => options.ValidatorHotkey = null);
        var error = await Assert.ThrowsAsync<ComputeHordeValidationException>(() =>
            client.CreateJobAsync(Specs.Minimal with { Args = [" "] }, new CreateJobOptions { Tag = "x " })
        );
        Assert.Equal(["args[0]", "tag", "target_validator_hotkey"], error.Problems.Select(problem => problem.Field));
        Assert.Empty(server.Seen);
    }
}
