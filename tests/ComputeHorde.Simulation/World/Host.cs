using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using ComputeHorde.Functions.Local.Durable;
using ComputeHorde.Functions.Local.Http;
using ComputeHorde.Functions.Local.Invocation;
using ComputeHorde.Simulation.Chaos;
using ComputeHorde.Simulation.Seams;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Simulation.World;

/// <summary>
/// One life of the application's process: its services and functions, and all that they remember. When it dies, everything in it comes to
/// nothing.
/// </summary>
internal sealed class Host : IAsyncDisposable
{
    private readonly CancellationTokenSource _life = new();
    private ServiceProvider? _services;
    private ApplicationFunctions? _functions;

    private Host(Life world, string name) => (World, Name) = (world, name);

    public Life World { get; }

    public string Name { get; }

    public bool IsDead => _life.IsCancellationRequested;

    public CancellationToken Life => _life.Token;

    public QueueServiceClient Queues => _services!.GetRequiredService<QueueServiceClient>();

    public static async Task<Host> StartAsync(Life world, string name, Engine engine)
    {
        var host = new Host(world, name);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(world.Settings).Build();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Information).AddProvider(world.Log));
        services.AddSingleton<TimeProvider>(world.Time);
        services.AddSingleton<IHostApplicationLifetime>(new HostLifetime(host.Life));
        services.AddMvcCore();
        Application.AddSerializer(services);
        world.Application.AddTo(services, configuration);
        services.Configure<BlobClientOptions>(blobs =>
        {
            blobs.Transport = new StorageSeam(host, world.Storage.Transport);
            blobs.RetryPolicy = new SimulatedRetries(host);
        });
        services.Configure<QueueClientOptions>(queues =>
        {
            queues.Transport = new StorageSeam(host, world.Storage.Transport);
            queues.RetryPolicy = new SimulatedRetries(host);
            queues.MessageEncoding = QueueMessageEncoding.None;
        });
        services
            .AddHttpClient("ComputeHorde")
            .ConfigurePrimaryHttpMessageHandler(() => new FacilitatorSeam(host, world.Facilitator.CreateHandler()));
        services.AddHttpClient("ComputeHorde.Webhooks").ConfigurePrimaryHttpMessageHandler(() => new ReceiverSeam(host));
        world.Change?.Invoke(services);
        host._services = services.BuildServiceProvider();
        host._services.GetService<IStartupValidator>()?.Validate();
        var client = new TaskHubSeam(host, new FunctionsDurableClient(engine.Client, Application.HostJson.Durable));
        host._functions = new ApplicationFunctions(world.Application, host._services, () => client);
        foreach (var service in host._services.GetServices<IHostedService>())
        {
            await service.StartAsync(CancellationToken.None);
        }

        Background.Begin(() => new QueuePump(host).RunAsync());
        return host;
    }

    public FaultKind Draw(Seam seam, string operation, out string call)
    {
        RequireLife(operation);
        return World.Fate.Draw(seam, operation, out call);
    }

    /// <summary>Every call takes some time, by seed: who overtakes whom differs from life to life.</summary>
    public async Task TakeTimeAsync(string call, double mostSeconds, CancellationToken cancellation)
    {
        await World.Time.Delay(
            TimeSpan.FromMilliseconds(1 + Math.Round(1000 * mostSeconds * World.Fate.Chance("time " + call))),
            cancellation
        );
        RequireLife(call);
    }

    public void RequireLife(string call)
    {
        if (IsDead)
        {
            throw new ProcessDiedException(call);
        }
    }

    public ProcessDiedException Die(string call)
    {
        World.Kill(this, call);
        return new ProcessDiedException(call);
    }

    /// <summary>Ends all that runs here: every call from now on fails without effect.</summary>
    public void End() => _life.Cancel();

    public Task<object?> TriggerAsync(string function, TriggerInput input) =>
        _functions!.Runner.RunAsync(_functions[function], input, cancellation: Life);

    public Task<object?> ActivityAsync(string name, TaskActivityContext context, object? input)
    {
        var data = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase) { ["instanceId"] = context.InstanceId };
        return TriggerAsync(name, new TriggerInput(input, data, "activity of " + context.InstanceId));
    }

    /// <summary>Calls an HTTP function.</summary>
    public async Task<HttpAnswer> HttpAsync(HttpCall call)
    {
        await using var scope = _services!.CreateAsyncScope();
        var function = _functions![call.Function];
        var route = HttpEndpoints.Route(
            (HttpTriggerAttribute)function.Descriptor.Trigger.Attribute,
            function.Name,
            Application.HostJson.Http.RoutePrefix
        );
        var http = call.ToContext(scope.ServiceProvider);
        http.SetEndpoint(
            new RouteEndpoint(static _ => Task.CompletedTask, RoutePatternFactory.Parse(route), order: 0, metadata: null, call.Function)
        );
        using var body = new MemoryStream();
        http.Response.Body = body;
        try
        {
            var result = await _functions.Runner.RunAsync(
                function,
                new TriggerInput(http, HttpBinding.Data(http), call.Path),
                scope.ServiceProvider,
                Life
            );
            await HttpResults.WriteAsync(http, result);
        }
        catch (Exception exception)
        {
            RequireLife(call.Path);
            World.Log.Add($"{call.Method} {call.Path} failed: {exception}");
            await HttpResults.WriteErrorAsync(http, exception);
        }

        RequireLife(call.Path);
        return new HttpAnswer(
            http.Response.StatusCode,
            System.Text.Encoding.UTF8.GetString(body.ToArray()),
            http.Response.Headers.Location.ToString()
        );
    }

    public async ValueTask DisposeAsync()
    {
        await _life.CancelAsync();
        if (_services is not null)
        {
            foreach (var service in _services.GetServices<IHostedService>())
            {
                await service.StopAsync(new CancellationToken(canceled: true));
            }

            await _services.DisposeAsync();
        }
    }
}
