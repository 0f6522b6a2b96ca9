using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Functions.Local.Tests;

public sealed class HttpTriggerTests(StorageFixture storage)
{
    private static readonly string[] HttpFunctionNames =
    [
        "HttpAction",
        "HttpResult",
        "HttpObject",
        "HttpBody",
        "HttpThrows",
        "HttpUnwritable",
        "HttpScoped",
        "HttpHangs",
        "HttpPlain",
        "HttpFromBodyTrigger",
    ];

    [Fact]
    public async Task Request_EveryKindOfResult_IsWrittenAsAspNetCoreDoes()
    {
        await using var host = await StartAsync();

        Assert.Equal("""{"name":"GET","times":7}""", await host.Http.GetStringAsync("api/action/7"));
        var accepted = await host.Http.GetAsync("api/HttpResult?name=x");
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        Assert.Equal("""{"name":"x","times":1}""", await accepted.Content.ReadAsStringAsync());
        Assert.Equal("""{"name":"a b","times":3}""", await host.Http.GetStringAsync("api/object/a%20b"));
        Assert.Equal("""{"name":"n","times":5}""", await host.Http.GetStringAsync("api/object/n?times=5"));
    }

    [Theory]
    [InlineData("evil.example", null, false)]
    [InlineData("127.0.0.1.evil.example:7071", null, false)]
    [InlineData("127.0.0.1", "http://evil.example", false)]
    [InlineData("127.0.0.1", "null", false)]
    [InlineData("localhost:7071", null, true)]
    [InlineData("[::1]:7071", null, true)]
    [InlineData("127.0.0.1", "http://localhost:3000", true)]
    public async Task Request_FromAPageOfElsewhere_IsRefused(string name, string? origin, bool isAnswered)
    {
        await using var host = await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/action/7") { Headers = { Host = name } };
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        using var answer = await host.Http.SendAsync(request);

        Assert.Equal(isAnswered ? HttpStatusCode.OK : HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task Request_ResultThatIsNoHttpResult_IsNotWrittenAndWarnedOf()
    {
        await using var host = await StartAsync();

        var answer = await host.Http.GetAsync("api/HttpPlain");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("", await answer.Content.ReadAsStringAsync());
        Assert.Contains(
            host.Log.Messages(LogLevel.Warning),
            message => message.StartsWith("'HttpPlain' returned a Greeting, which is not written", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Request_WrongMethodRouteOrConstraint_IsNotFoundOrNotAllowed()
    {
        await using var host = await StartAsync();

        Assert.Equal(HttpStatusCode.NotFound, (await host.Http.GetAsync("api/action/seven")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Http.GetAsync("action/7")).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await host.Http.DeleteAsync("api/action/7")).StatusCode);
    }

    [Fact]
    public async Task Request_BodyAndParameters_AreBoundOrAnswered400()
    {
        await using var host = await StartAsync();

        var ok = await host.Http.PostAsJsonAsync("api/HttpBody", new { NAME = "n", times = 1 });
        Assert.Equal("""{"name":"n","times":2}""", await ok.Content.ReadAsStringAsync());
        var bad = await host.Http.PostAsync("api/HttpBody", new StringContent("{"));
        Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
        Assert.Equal("application/problem+json", bad.Content.Headers.ContentType?.MediaType);
        Assert.Equal(HttpStatusCode.BadRequest, (await host.Http.GetAsync("api/object/n?times=many")).StatusCode);
        var text = await host.Http.PostAsJsonAsync("api/a/body", "b \"c\"");
        Assert.Equal("ab \"c\"", await text.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("HttpThrows")]
    [InlineData("HttpUnwritable")]
    public async Task Request_FunctionThrowsOrItsResultDoes_Answers500WithoutTheDetailAndLogsIt(string function)
    {
        await using var host = await StartAsync();

        var failed = await host.Http.GetAsync("api/" + function);

        Assert.Equal(HttpStatusCode.InternalServerError, failed.StatusCode);
        Assert.Equal("", await failed.Content.ReadAsStringAsync());
        Assert.Contains("secret detail", host.Log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_Twice_HasItsOwnScopeEachTime()
    {
        await using var host = await StartAsync();

        var first = await host.Http.GetStringAsync("api/HttpScoped");
        var second = await host.Http.GetStringAsync("api/HttpScoped");

        Assert.EndsWith(" True True", first, StringComparison.Ordinal);
        Assert.NotEqual(first, second);
    }

    [Fact]
    public async Task Request_BodyOverTheLimit_Answers413()
    {
        await using var host = await StartAsync(setup => setup.Settings["FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"] = "100");

        var tooLarge = await host.Http.PostAsync("api/HttpBody", new StringContent(new string(' ', 101)));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, tooLarge.StatusCode);
    }

    [Fact]
    public async Task Request_HangsPastTheTimeout_IsCancelledAndAnswered500()
    {
        await using var host = await StartAsync(setup => setup.HostJson("""{ "version": "2.0", "functionTimeout": "00:00:00.2" }"""));

        Assert.Equal(HttpStatusCode.InternalServerError, (await host.Http.GetAsync("api/HttpHangs")).StatusCode);
        Assert.Contains("ran longer than 00:00:00.2000000 (host.json, functionTimeout)", host.Log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task HostJson_RoutePrefix_ReplacesApi()
    {
        await using var host = await StartAsync(setup =>
            setup.HostJson(
                """
                { "version": "2.0", /* no prefix */ "extensions": { "http": { "routePrefix": "" } } }
                """
            )
        );

        Assert.Equal(HttpStatusCode.OK, (await host.Http.GetAsync("action/7")).StatusCode);
    }

    [Theory]
    [InlineData("\"maxConcurrentRequests\": 1, \"maxOutstandingRequests\": 1")]
    [InlineData("\"maxOutstandingRequests\": 1")]
    public async Task HostJson_MaxOutstandingRequests_AnswersTheRest429(string limits)
    {
        await using var host = await StartAsync(setup =>
        {
            setup.DrainTimeout = TimeSpan.FromMilliseconds(100);
            setup.HostJson($$"""{ "version": "2.0", "extensions": { "http": { {{limits}} } } }""");
        });
        var running = host.Http.GetAsync("api/HttpHangs");
        await Eventually.TrueAsync(
            () => host.Log.Messages().Any(message => message.Contains("Executing 'HttpHangs'", StringComparison.Ordinal)),
            "the request is being handled"
        );

        var refused = await host.Http.GetAsync("api/action/7");
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType!.MediaType);
        Assert.NotNull(refused.Headers.RetryAfter);
        await host.Host.StopAsync();
        Assert.Equal(HttpStatusCode.InternalServerError, (await running).StatusCode);
    }

    [Fact]
    public async Task HostJson_MaxConcurrentRequests_CountsNoRequestWhoseBodyIsStillOnItsWay()
    {
        await using var host = await StartAsync(setup =>
            setup.HostJson(
                """{ "version": "2.0", "extensions": { "http": { "maxConcurrentRequests": 1, "maxOutstandingRequests": 1 } } }"""
            )
        );
        using var slow = new TcpClient();
        await slow.ConnectAsync(IPAddress.Loopback, host.Http.BaseAddress!.Port);

        // So much of it that the server does not call the rest slow before the others have been served.
        var begin = new string(' ', 100_000) + "{\"name\":";
        var end = "\"n\",\"times\":2}";
        await slow.GetStream()
            .WriteAsync(
                Encoding.ASCII.GetBytes(
                    $"POST /api/HttpBody HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {begin.Length + end.Length}\r\n\r\n{begin}"
                )
            );

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await host.Http.GetAsync("api/action/7")).StatusCode);
        }

        await slow.GetStream().WriteAsync(Encoding.ASCII.GetBytes(end));
        using var reader = new StreamReader(slow.GetStream());
        Assert.Equal("HTTP/1.1 200 OK", await reader.ReadLineAsync());
    }

    [Fact]
    public async Task Status_DataDirectoryCannotBeWritten_IsDegraded()
    {
        using var data = new TempDirectory();
        await using var host = await StartAsync(setup => setup.DataDirectory = data.Path);
        Assert.Equal(HttpStatusCode.OK, (await host.Http.GetAsync("admin/host/status")).StatusCode);

        var moved = data.Path + "-moved";
        Directory.Move(data.Path, moved);
        var degraded = await host.Http.GetAsync("admin/host/status");
        Directory.Move(moved, data.Path);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, degraded.StatusCode);
        Assert.Contains("task_hub cannot be written", await degraded.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await host.Http.GetAsync("admin/host/status")).StatusCode);
    }

    [Fact]
    public async Task AdminEndpoints_RunningHost_TellItsFunctions()
    {
        await using var host = await StartAsync();

        Assert.Equal(HttpStatusCode.OK, (await host.Http.GetAsync("admin/host/ping")).StatusCode);
        var functions = await host.Http.GetFromJsonAsync<JsonElement[]>("admin/functions");
        Assert.Equal(HttpFunctionNames.Order(), functions!.Select(function => function.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task Middleware_Registered_RunsAroundTheFunctionOutermostFirst()
    {
        var steps = new List<string>();
        await using var host = await StartAsync(setup =>
            setup.Configure = builder =>
                builder
                    .UseMiddleware(
                        async (context, next) =>
                        {
                            steps.Add("outer " + context.FunctionDefinition.Name);
                            await next();
                            steps.Add("outer after");
                        }
                    )
                    .UseWhen(
                        context => context.FunctionDefinition.Name == "HttpObject",
                        async (context, next) =>
                        {
                            steps.Add("inner " + context.BindingContext.BindingData["name"]);
                            await next();
                        }
                    )
        );

        await host.Http.GetStringAsync("api/object/x");

        Assert.Equal(["outer HttpObject", "inner x", "outer after"], steps);
    }

    [Fact]
    public async Task Stop_RequestInFlight_IsCancelledAfterTheDrainTimeout()
    {
        await using var host = await StartAsync(setup => setup.DrainTimeout = TimeSpan.FromMilliseconds(100));
        var request = host.Http.GetAsync("api/HttpHangs");
        await Eventually.TrueAsync(
            () => host.Log.Messages().Any(message => message.Contains("Executing 'HttpHangs'", StringComparison.Ordinal)),
            "the request is being handled"
        );

        await host.Host.StopAsync();

        Assert.Equal(HttpStatusCode.InternalServerError, (await request).StatusCode);
        Assert.Contains(
            host.Log.Messages(LogLevel.Warning),
            message => message.StartsWith("1 invocations were still running", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Stop_DrainTimeoutLongerThanTheServersOwn_IsNotCutShortByIt()
    {
        await using var host = await StartAsync(setup => setup.DrainTimeout = TimeSpan.FromMinutes(2));

        Assert.True(host.Host.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout > TimeSpan.FromMinutes(2));
    }

    private Task<TestHost> StartAsync(Action<TestHostSetup>? change = null) =>
        TestHost.StartAsync(
            storage.ConnectionString,
            HttpFunctionNames,
            setup =>
            {
                setup.ConfigureServices = services => services.AddScoped<HttpScope>();
                change?.Invoke(setup);
            }
        );
}
