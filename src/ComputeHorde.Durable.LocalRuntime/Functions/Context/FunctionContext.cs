namespace Microsoft.Azure.Functions.Worker;

/// <summary>One invocation of a function.</summary>
public abstract class FunctionContext
{
    /// <summary>Creates the context.</summary>
    protected FunctionContext()
    {
    }

    /// <summary>The invocation's id.</summary>
    public abstract string InvocationId { get; }

    /// <summary>The function's id.</summary>
    public abstract string FunctionId { get; }

    /// <summary>The W3C trace context of the invocation.</summary>
    public abstract TraceContext TraceContext { get; }

    /// <summary>The data of the trigger, by name.</summary>
    public abstract BindingContext BindingContext { get; }

    /// <summary>How often the invocation was retried.</summary>
    public abstract RetryContext RetryContext { get; }

    /// <summary>The services of this invocation's scope.</summary>
    public abstract IServiceProvider InstanceServices { get; set; }

    /// <summary>The function.</summary>
    public abstract FunctionDefinition FunctionDefinition { get; }

    /// <summary>Values shared between middleware and function during the invocation.</summary>
    public abstract IDictionary<object, object> Items { get; set; }

    /// <summary>The features of the invocation, by type.</summary>
    public abstract IInvocationFeatures Features { get; }

    /// <summary>Cancelled when the host stops or the function's time-out is over.</summary>
    public virtual CancellationToken CancellationToken { get; }
}

/// <summary>The data of a trigger.</summary>
public abstract class BindingContext
{
    /// <summary>Creates the context.</summary>
    protected BindingContext()
    {
    }

    /// <summary>The data of the trigger, by name, whatever the case of its letters.</summary>
    public abstract IReadOnlyDictionary<string, object?> BindingData { get; }
}

/// <summary>How often an invocation was retried.</summary>
public abstract class RetryContext
{
    /// <summary>Creates the context.</summary>
    protected RetryContext()
    {
    }

    /// <summary>The number of this retry; 0 in the first run.</summary>
    public abstract int RetryCount { get; }

    /// <summary>The most retries there will be.</summary>
    public abstract int MaxRetryCount { get; }
}

/// <summary>The W3C trace context of an invocation.</summary>
public abstract class TraceContext
{
    /// <summary>Creates the context.</summary>
    protected TraceContext()
    {
    }

    /// <summary>The <c>traceparent</c> value; empty without a trace.</summary>
    public abstract string TraceParent { get; }

    /// <summary>The <c>tracestate</c> value; empty without a trace.</summary>
    public abstract string TraceState { get; }
}

/// <summary>The features of an invocation, by type.</summary>
public interface IInvocationFeatures : IEnumerable<KeyValuePair<Type, object>>
{
    /// <summary>Sets or replaces a feature.</summary>
    /// <typeparam name="T">The type to find it by.</typeparam>
    /// <param name="instance">The feature; null removes it.</param>
    void Set<T>(T instance);

    /// <summary>Finds a feature.</summary>
    /// <typeparam name="T">The type it was set by.</typeparam>
    /// <returns>The feature, or null.</returns>
    T? Get<T>();
}
