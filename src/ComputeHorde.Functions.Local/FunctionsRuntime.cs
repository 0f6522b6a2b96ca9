using ComputeHorde.DurableTask.Sqlite;
using ComputeHorde.DurableTask.Sqlite.Testing;
using ComputeHorde.Functions.Local.Durable;
using ComputeHorde.Functions.Local.Http;
using ComputeHorde.Functions.Local.Invocation;
using ComputeHorde.Functions.Local.Settings;
using ComputeHorde.Functions.Local.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Functions.Local;

/// <summary>All functions of an application: discovered, bound, listened for, run and drained.</summary>
internal sealed class FunctionsRuntime : IHostedLifecycleService, IAsyncDisposable
{
    private static readonly TimeSpan CancellationGrace = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan StorageGrace = TimeSpan.FromSeconds(3);

    private readonly FunctionsSetup _setup;
    private readonly ILogger _logger;
    private readonly InvocationDrain _triggers = new();
    private readonly InvocationDrain _activities = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly RequestLimit _requestLimit;
    private readonly FunctionRunner _runner;
    private readonly FunctionRunner _activityRunner;
    private readonly IServiceProvider _services;
    private readonly HostState _state;
    private readonly IReadOnlyList<IFunctionListener> _listeners;
    private Task _listening = Task.CompletedTask;
    private Task<int>? _draining;
    private bool _disposed;

    public FunctionsRuntime(
        IServiceProvider services,
        FunctionsSetup setup,
        IConfiguration configuration,
        IOptions<WorkerOptions> worker,
        ILoggerFactory loggers
    )
    {
        (_services, _setup) = (services, setup);
        _requestLimit = new RequestLimit(setup.HostJson.Http);
        _logger = loggers.CreateLogger("Function");
        var settings = new SettingResolver(configuration);
        var storage = new StorageClients(settings, setup.Options.Storage);
        var converter = new ValueConverter(worker.Value.Serializer!);
        var binders = new ParameterBinders(converter, storage, () => Client);

        FunctionExecutionDelegate pipeline = static context => ((LocalFunctionContext)context).InvokeAsync();
        foreach (var step in setup.Middleware.Reverse())
        {
            pipeline = step(pipeline);
        }

        _runner = new FunctionRunner(
            services,
            pipeline,
            setup.HostJson.FunctionTimeout,
            _triggers,
            _logger,
            setup.Options.TimeProvider as VirtualTimeProvider,
            _logger
        );
        _activityRunner = new FunctionRunner(
            services,
            pipeline,
            setup.HostJson.FunctionTimeout,
            _activities,
            _logger,
            clock: null,
            invocations: null
        );
        Functions = FunctionDescriptor
            .DiscoverIn(setup.Options.FunctionAssemblies)
            .Where(function => IsEnabled(function.Name, configuration))
            .Select(function => new RunnableFunction(
                function,
                binders.Create,
                new FunctionOutputs(function, converter, storage, setup.HostJson.Queues.Base64)
            ))
            .ToArray();

        _state = HostState.Open(setup.DataDirectory is { } directory ? Path.Combine(directory, "host.db") : null);
        var factory = new ListenerFactory(setup, storage, settings, _state, _runner, _logger);
        _listeners = Functions.Select(factory.Create).OfType<IFunctionListener>().ToArray();
    }

    /// <summary>The task hub's client as functions get it.</summary>
    public DurableTaskClient Client =>
        field ??= new FunctionsDurableClient(_services.GetRequiredService<DurableTaskClient>(), _setup.HostJson.Durable);

    public IReadOnlyList<RunnableFunction> Functions { get; }

    /// <summary>What listeners cannot reach at the moment.</summary>
    public IEnumerable<string> Unreachable => _listeners.Where(listener => !listener.IsReachable).Select(listener => listener.Resource);

    public void AddTasksTo(DurableTaskRegistry registry)
    {
        foreach (var function in Functions)
        {
            DurableFunctions.Add(registry, function, _activityRunner, () => _services.GetRequiredService<SqliteTaskHub>().Stopping);
        }
    }

    public void MapHttp(WebApplication application)
    {
        var endpoints = new HttpEndpoints(_setup.HostJson.Http.RoutePrefix, _setup.Options.FunctionKey, _requestLimit, _runner, _logger);
        foreach (var function in Functions.Where(function => function.Descriptor.Trigger.Attribute is HttpTriggerAttribute))
        {
            endpoints.Map(application, function);
        }

        HostEndpoints.Map(application, this);
    }

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        if (_setup.IgnoredKeys.Count > 0)
        {
            _logger.IgnoredKeys(string.Join(", ", _setup.IgnoredKeys));
        }

        return Task.CompletedTask;
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(_listeners.Select(listener => listener.PrepareAsync(cancellationToken)))
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _listening = Task.WhenAll(_listeners.Select(ListenAsync));
        return Task.CompletedTask;
    }

    /// <summary>Before HTTP ends: nothing new is begun, and running functions get until the drain time-out.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        _draining = _triggers.DrainAsync(_setup.Options.DrainTimeout, CancellationGrace);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_draining is not null && await _draining is var cancelled and > 0)
        {
            _logger.DrainIncomplete(cancelled);
        }

        // What a listener began while the drain found nothing left to wait for must not hold up the stop either.
        await _triggers.CloseAsync(StorageGrace);
        await _listening;
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The container knows this object by two services and disposes of it twice.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await _stopping.CancelAsync();
        await _triggers.CloseAsync(TimeSpan.Zero);
        await _listening;
        await _activities.CloseAsync(TimeSpan.Zero);
        _state.Dispose();
        _requestLimit.Dispose();
        _triggers.Dispose();
        _activities.Dispose();
        _stopping.Dispose();
    }

    private async Task ListenAsync(IFunctionListener listener)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await Task.Run(() => listener.RunAsync(_stopping.Token), CancellationToken.None);
                return;
            }
            catch (Exception exception)
            {
                // One broken listener must not end the host; it is logged and begins again.
                _logger.ListenerFailed(exception, listener.Resource);
                await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System, _stopping.Token)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private bool IsEnabled(string function, IConfiguration configuration) =>
        !(
            configuration[$"AzureWebJobs.{function}.Disabled"] is { } disabled
            && (disabled == "1" || disabled.Equals("true", StringComparison.OrdinalIgnoreCase))
        ) && (_setup.HostJson.Functions.Count == 0 || _setup.HostJson.Functions.Contains(function, StringComparer.OrdinalIgnoreCase));
}
