using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Sdk.Tests.Models;

/// <summary>Nothing secret reaches logs, exceptions or texts of objects, whatever happens.</summary>
public sealed class SecretsTests
{
    private static readonly string[] Secrets =
    [
        "s%20ecret",
        "hf_secret",
        "sig=",
        "policy-value",
        "header-value",
        "env-value",
        "PRIVATE KEY",
    ];

    private static ComputeHordeJobSpec Spec { get; } =
        Specs.Everything with
        {
            Env = new() { ["API_KEY"] = "env-value" },
            Streaming = true,
            OutputVolumes = new()
            {
                ["/output/x"] = new HttpOutputVolume("POST", "https://user:pass@store.example/x?sig=s%20ecret")
                {
                    FormFields = new() { ["policy"] = "policy-value" },
                    SignedHeaders = new() { ["x-auth"] = "header-value" },
                },
            },
        };

    public static TheoryData<int, string, string> Answers { get; } =
        new()
        {
            {
                400,
                """{"volumes":[{"type":"missing","loc":["0","url"],"msg":"Field required","input":{"url":"https://x/?sig=s%20ecret","token":"hf_secret"}}]}""",
                "volumes.0.url"
            },
            { 500, "<html>token hf_secret</html>", "500" },
            { 401, """{"detail":"Unauthorized hotkey."}""", "Unauthorized" },
            { 201, """{"uuid":"nope","volumes":[{"url":"https://x/?sig=s%20ecret"}]}""", "uuid" },
            { 302, "", "302" },
        };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Create_AnyAnswer_LeaksNothing(int status, string body, string expected)
    {
        await using var server = await FakeFacilitator.StartAsync();
        server.Before = async call =>
        {
            if (call.Name != "create")
            {
                return false;
            }

            await FakeFacilitator.AnswerAsync(call.Context, status, body);
            return true;
        };
        var logger = new ListLogger();
        using var client = server.Client(logger: logger);

        var error = await Assert.ThrowsAnyAsync<ComputeHordeException>(() => client.CreateJobAsync(Spec));

        Assert.Contains(expected, error.ToString(), StringComparison.Ordinal);
        var token = server.MakeToken(1);
        foreach (var secret in Secrets.Append(token))
        {
            Assert.DoesNotContain(secret, error.ToString(), StringComparison.Ordinal);
            Assert.All(logger.Lines, line => Assert.DoesNotContain(secret, line, StringComparison.Ordinal));
        }

        Assert.NotEmpty(logger.Lines);
    }

    [Fact]
    public void ToString_OfEverything_ShowsNoSecret()
    {
        using var certificate = StreamingCertificate.Create();
        var job = new ComputeHordeJob
        {
            Uuid = Guid.Empty.ToString(),
            Status = JobStatus.Sent,
            Env = Spec.Env,
        };
        object[] all =
        [
            Spec,
            job,
            Keys.Alice,
            certificate,
            new CreateJobOptions { StreamingCertificate = certificate },
            new CreateJobResult(job, "t", true) { StreamingCertificate = certificate },
            .. Spec.InputVolumes.Values,
            .. Spec.OutputVolumes.Values,
            new ComputeHordeOptions { Signer = Keys.Alice },
            new RunAttempt(1, new CreateJobResult(job, "t", true)),
        ];
        Assert.All(all, item => Assert.All(Secrets, secret => Assert.DoesNotContain(secret, item.ToString()!, StringComparison.Ordinal)));
        Assert.Contains("store.example/x", Spec.OutputVolumes["/output/x"].ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("pass", Spec.OutputVolumes["/output/x"].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_BadSecretValues_AreNotQuoted()
    {
        var spec = Spec with
        {
            InputVolumes = new()
            {
                ["/volume/x"] = new HttpVolume("ftp://x/?sig=s%20ecret"),
                ["/volume/y"] = new HuggingfaceVolume("a/b") { Token = "hf_secret\0" },
            },
            Env = new() { ["K"] = "env-value\0" },
        };
        Assert.All(
            JobSpecValidation.Validate(spec),
            problem => Assert.All(Secrets, secret => Assert.DoesNotContain(secret, problem.ToString(), StringComparison.Ordinal))
        );
    }

    private sealed class ListLogger : ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => Lines.Enqueue($"{eventId.Id} {formatter(state, exception)} {exception}");
    }
}
