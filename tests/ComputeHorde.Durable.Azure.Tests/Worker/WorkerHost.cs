using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using ComputeHorde.Durable.Azure.Tests.Worker.Rpc;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Durable.Azure.Tests.Worker;

/// <summary>
/// A small Functions host: starts the deployed worker as the real host does, and calls its functions over the RPC protocol.
/// </summary>
internal sealed class WorkerHost : IAsyncDisposable
{
    /// <summary>For all that is asked of one worker: an end for what hangs.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    private readonly WebApplication _server;
    private readonly FunctionRpcService _rpc;
    private readonly Process _worker;
    private readonly string _folder;
    private readonly CancellationTokenSource _timeout = new(Patience);
    private readonly HttpClient _http = new() { Timeout = Patience };

    private WorkerHost(WebApplication server, Process worker, string folder)
    {
        (_server, _worker, _folder) = (server, worker, folder);
        _rpc = server.Services.GetRequiredService<FunctionRpcService>();
    }

    /// <summary>The task hub that the functions' clients speak to.</summary>
    public HubService Hub => _server.Services.GetRequiredService<HubService>();

    public IReadOnlyDictionary<string, string> Capabilities { get; private set; } = new Dictionary<string, string>();

    public IReadOnlyList<FunctionMetadata> Functions { get; private set; } = [];

    /// <summary>Starts the worker, has it index its functions and loads them all.</summary>
    /// <param name="folder">What was published: the folder with host.json and worker.config.json.</param>
    /// <param name="settings">The application settings.</param>
    public static async Task<WorkerHost> StartAsync(string folder, IReadOnlyDictionary<string, string?> settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http2)
        );
        builder.Services.AddGrpc(static options => options.MaxReceiveMessageSize = null);
        builder.Services.AddSingleton<FunctionRpcService>();
        builder.Services.AddSingleton<HubService>();
        var server = builder.Build();
        server.MapGrpcService<FunctionRpcService>();
        server.MapGrpcService<HubService>();
        await server.StartAsync();

        var host = new WorkerHost(server, StartWorker(folder, server.Urls.Single(), settings), folder);
        try
        {
            await host.BeginAsync();
            return host;
        }
        catch (Exception exception)
        {
            var said = host.Said();
            await host.DisposeAsync();
            throw new InvalidOperationException($"The worker did not start: {exception.Message}\n{said}", exception);
        }
    }

    public async Task<InvocationResponse> InvokeAsync(string function, params ParameterBinding[] inputs)
    {
        var request = Request(function, Guid.NewGuid());
        request.InputData.AddRange(inputs);
        var answer = (await _rpc.AskAsync(new StreamingMessage { InvocationRequest = request }, _timeout.Token)).InvocationResponse;
        Check(answer.Result);
        return answer;
    }

    /// <summary>
    /// Calls an HTTP function as the host does for workers with ASP.NET Core: the request is passed on, with the invocation's id in a
    /// header.
    /// </summary>
    public async Task<HttpResponseMessage> GetAsync(string function, string trigger, string path)
    {
        var (response, ended) = await OpenAsync(function, trigger, path);
        await response.Content.LoadIntoBufferAsync(_timeout.Token);
        await ended;
        return response;
    }

    /// <summary>As <see cref="GetAsync"/>, with a body and with headers of the caller, or of what stands before the host.</summary>
    public async Task<HttpResponseMessage> PostAsync(
        string function,
        string trigger,
        string path,
        HttpContent content,
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Address(path)) { Content = content };
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        var (response, ended) = await SendAsync(function, trigger, request, []);
        await ended;
        return response;
    }

    /// <summary>As <see cref="GetAsync"/>, and does not wait for the answer's end.</summary>
    /// <returns>The answer as far as it is here, and the end of the function.</returns>
    public async Task<(HttpResponseMessage Response, Task Ended)> OpenAsync(
        string function,
        string trigger,
        string path,
        params (string Name, string Value)[] route
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Address(path));
        return await SendAsync(function, trigger, request, route);
    }

    private Uri Address(string path) => new(new Uri(Capabilities["HttpUri"]), path);

    private async Task<(HttpResponseMessage Response, Task Ended)> SendAsync(
        string function,
        string trigger,
        HttpRequestMessage request,
        (string Name, string Value)[] route
    )
    {
        var id = Guid.NewGuid();
        var invocation = Request(function, id);
        invocation.InputData.Add(
            new ParameterBinding
            {
                Name = trigger,
                Data = new TypedData { Http = new RpcHttp() },
            }
        );
        foreach (var (name, value) in route)
        {
            invocation.TriggerMetadata.Add(name, new TypedData { String = value });
        }

        var client = JsonSerializer.Serialize(
            new
            {
                rpcBaseUrl = _server.Urls.Single(),
                taskHubName = "hub",
                connectionName = "",
                requiredQueryStringParameters = "",
                httpBaseUrl = "http://127.0.0.1/",
                maxGrpcMessageSizeInBytes = 4 << 20,
                grpcHttpClientTimeout = "\"00:01:40\"",
            }
        );
        invocation.InputData.AddRange(
            Functions
                .Single(item => item.Name == function)
                .RawBindings.Select(static binding => JsonNode.Parse(binding)!)
                .Where(static binding => string.Equals((string?)binding["type"], "durableClient", StringComparison.OrdinalIgnoreCase))
                .Select(binding => new ParameterBinding
                {
                    Name = (string)binding["name"]!,
                    Data = new TypedData { String = client },
                })
        );
        var ended = _rpc.AskAsync(new StreamingMessage { InvocationRequest = invocation }, _timeout.Token);
        request.Headers.Add("x-ms-invocation-id", id.ToString("D"));
        var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, _timeout.Token);
        return (response, CheckAsync(ended));
    }

    /// <summary>Tells the worker to end, as the host does, and gives its exit code.</summary>
    public async Task<int> StopAsync()
    {
        _rpc.Tell(new StreamingMessage { WorkerTerminate = new WorkerTerminate() });
        await _worker.WaitForExitAsync(_timeout.Token);
        return _worker.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_worker.HasExited)
        {
            _worker.Kill(entireProcessTree: true);
            await _worker.WaitForExitAsync();
        }

        _worker.Dispose();
        _http.Dispose();
        await _server.DisposeAsync();
        _timeout.Dispose();
    }

    private static Process StartWorker(string folder, string address, IReadOnlyDictionary<string, string?> settings)
    {
        var id = Guid.NewGuid().ToString("D");
        var uri = new Uri(address);
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList =
            {
                Path.Combine(folder, WorkerApp.EntryPoint(folder)),
                "--host",
                uri.Host,
                "--port",
                uri.Port.ToString(),
                "--workerId",
                id,
                "--requestId",
                id,
                "--grpcMaxMessageLength",
                int.MaxValue.ToString(),
                "--functions-uri",
                address,
                "--functions-worker-id",
                id,
                "--functions-request-id",
                id,
                "--functions-grpc-max-message-length",
                int.MaxValue.ToString(),
            },
        };
        start.Environment["FUNCTIONS_WORKER_RUNTIME"] = "dotnet-isolated";
        start.Environment["FUNCTIONS_APPLICATION_DIRECTORY"] = folder;
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private async Task BeginAsync()
    {
        var output = _worker.StandardOutput.ReadToEndAsync();
        var error = _worker.StandardError.ReadToEndAsync();
        var exited = _worker.WaitForExitAsync(_timeout.Token);
        if (await Task.WhenAny(_rpc.Started.WaitAsync(_timeout.Token), exited) == exited)
        {
            throw new InvalidOperationException($"it ended with {_worker.ExitCode}: {await output}{await error}");
        }

        var init = new WorkerInitRequest
        {
            HostVersion = "4.1041.0",
            WorkerDirectory = _folder,
            FunctionAppDirectory = _folder,
        };
        var ready = (await _rpc.AskAsync(new StreamingMessage { WorkerInitRequest = init }, _timeout.Token)).WorkerInitResponse;
        Check(ready.Result);
        Capabilities = new Dictionary<string, string>(ready.Capabilities);

        var indexed = (
            await _rpc.AskAsync(
                new StreamingMessage { FunctionsMetadataRequest = new FunctionsMetadataRequest { FunctionAppDirectory = _folder } },
                _timeout.Token
            )
        ).FunctionMetadataResponse;
        Check(indexed.Result);
        Assert.False(indexed.UseDefaultMetadataIndexing, "the worker leaves the indexing to the host");
        Functions = [.. indexed.FunctionMetadataResults];
        foreach (var function in Functions)
        {
            var load = new FunctionLoadRequest { FunctionId = function.FunctionId, Metadata = function };
            Check((await _rpc.AskAsync(new StreamingMessage { FunctionLoadRequest = load }, _timeout.Token)).FunctionLoadResponse.Result);
        }

        await WaitForHttpAsync();
    }

    /// <summary>The worker answers the protocol a little earlier than it listens for HTTP.</summary>
    private async Task WaitForHttpAsync()
    {
        var uri = new Uri(Capabilities["HttpUri"]);
        while (true)
        {
            try
            {
                using var probe = new System.Net.Sockets.TcpClient();
                await probe.ConnectAsync(uri.Host, uri.Port, _timeout.Token);
                return;
            }
            catch (System.Net.Sockets.SocketException)
            {
                await Task.Delay(50, _timeout.Token);
            }
        }
    }

    /// <summary>The worker needs a trace, be it an empty one.</summary>
    private InvocationRequest Request(string function, Guid id) =>
        new()
        {
            InvocationId = id.ToString("D"),
            FunctionId = Functions.Single(item => item.Name == function).FunctionId,
            TraceContext = new RpcTraceContext(),
        };

    private string Said() => string.Join('\n', _rpc.Logs);

    private async Task CheckAsync(Task<StreamingMessage> ended) => Check((await ended).InvocationResponse.Result);

    private void Check(StatusResult result) => Assert.True(result?.Status == StatusResult.Types.Status.Success, $"{result}\n{Said()}");
}
