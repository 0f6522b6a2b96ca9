using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace ComputeHorde.Functions.Local.Invocation;

/// <summary>One invocation in the local host.</summary>
internal sealed class LocalFunctionContext(
    RunnableFunction function,
    TriggerInput trigger,
    IServiceProvider services,
    CancellationToken cancellation
) : FunctionContext
{
    /// <summary>Where <c>FunctionContext.GetHttpContext</c> looks.</summary>
    private const string HttpContextKey = "HttpRequestContext";

    private readonly Activity? _activity = Activity.Current;
    private InvocationFeatures? _features;
    private IDictionary<object, object>? _items;
    private string? _invocationId;
    private List<IDisposable>? _owned;

    public RunnableFunction Function => function;

    public TriggerInput Trigger { get; } = trigger;

    /// <summary>What the middleware's last step runs; null for the function itself.</summary>
    public Func<Task>? Body { get; set; }

    /// <summary>What the function returned.</summary>
    public object? Result { get; set; }

    public Task InvokeAsync() => Body?.Invoke() ?? function.InvokeAsync(this);

    /// <summary>Disposes of something that a parameter needs when the function has ended; with HTTP when the answer has, which may be
    /// made of it.</summary>
    public void DisposeAtTheEnd(IDisposable resource)
    {
        if (Trigger.Value is HttpContext http)
        {
            http.Response.RegisterForDispose(resource);
        }
        else
        {
            (_owned ??= []).Add(resource);
        }
    }

    public void DisposeOwned()
    {
        foreach (var resource in _owned ?? [])
        {
            resource.Dispose();
        }
    }

    public override string InvocationId => _invocationId ??= Guid.NewGuid().ToString();

    public override string FunctionId => FunctionDefinition.Id;

    public override TraceContext TraceContext => new LocalTraceContext(_activity);

    public override BindingContext BindingContext => new LocalBindingContext(Trigger.Data);

    public override RetryContext RetryContext => LocalRetryContext.FirstRun;

    public override IServiceProvider InstanceServices { get; set; } = services;

    public override FunctionDefinition FunctionDefinition => function.Definition;

    public override IDictionary<object, object> Items
    {
        get => _items ??= Trigger.Value is HttpContext http ? new Dictionary<object, object> { [HttpContextKey] = http } : [];
        set => _items = value;
    }

    public override IInvocationFeatures Features => _features ??= new InvocationFeatures();

    public override CancellationToken CancellationToken => cancellation;

    private sealed class LocalBindingContext(IReadOnlyDictionary<string, object?> data) : BindingContext
    {
        public override IReadOnlyDictionary<string, object?> BindingData => data;
    }

    private sealed class LocalTraceContext(Activity? activity) : TraceContext
    {
        public override string TraceParent => activity?.Id ?? "";

        public override string TraceState => activity?.TraceStateString ?? "";
    }

    /// <summary>Retries of whole functions belong to queues, blobs and orchestrations here.</summary>
    private sealed class LocalRetryContext : RetryContext
    {
        public static readonly LocalRetryContext FirstRun = new();

        public override int RetryCount => 0;

        public override int MaxRetryCount => 0;
    }
}
