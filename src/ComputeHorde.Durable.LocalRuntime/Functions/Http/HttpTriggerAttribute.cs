using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Starts a function on an HTTP request.</summary>
public sealed class HttpTriggerAttribute : TriggerBindingAttribute
{
    /// <summary>Any method, with a function key.</summary>
    public HttpTriggerAttribute()
        : this(AuthorizationLevel.Function)
    {
    }

    /// <summary>The given methods, with a function key.</summary>
    /// <param name="methods">HTTP methods, in any case.</param>
    public HttpTriggerAttribute(params string[] methods)
        : this(AuthorizationLevel.Function, methods)
    {
    }

    /// <summary>Any method, with the given authorization.</summary>
    /// <param name="authLevel">The authorization asked for.</param>
    public HttpTriggerAttribute(AuthorizationLevel authLevel) => AuthLevel = authLevel;

    /// <summary>The given methods and authorization.</summary>
    /// <param name="authLevel">The authorization asked for.</param>
    /// <param name="methods">HTTP methods, in any case.</param>
    public HttpTriggerAttribute(AuthorizationLevel authLevel, params string[] methods)
    {
        AuthLevel = authLevel;
        Methods = methods;
    }

    /// <summary>The route template below the route prefix, for example <c>jobs/{id:guid}</c>.</summary>
    /// <value>The function's name when null.</value>
    public string? Route { get; set; }

    /// <summary>The HTTP methods answered.</summary>
    /// <value>All of them when null or empty.</value>
    public string[]? Methods { get; }

    /// <summary>The authorization asked for. As with <c>func start</c>, keys are not checked on a local machine.</summary>
    public AuthorizationLevel AuthLevel { get; }
}
