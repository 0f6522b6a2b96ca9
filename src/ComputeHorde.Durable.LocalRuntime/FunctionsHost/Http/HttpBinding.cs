using ComputeHorde.Durable.LocalRuntime.FunctionsHost.Invocation;
using Microsoft.AspNetCore.Http;

namespace ComputeHorde.Durable.LocalRuntime.FunctionsHost.Http;

/// <summary>The parameter of an HTTP trigger: the request, or its body.</summary>
internal static class HttpBinding
{
    public static ParameterBinder Trigger(Type type, ValueConverter converter)
    {
        if (type == typeof(HttpRequest))
            return static context => new(((HttpContext)context.Trigger.Value!).Request);
        if (type == typeof(HttpContext))
            return static context => new(context.Trigger.Value);

        return new RequestBody(type, converter).ReadAsync;
    }

    /// <summary>What further parameters can take by name: the query, and over it the route.</summary>
    public static IReadOnlyDictionary<string, object?> Data(HttpContext http)
    {
        var data = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in http.Request.Query)
            data[name] = value.ToString();
        foreach (var (name, value) in http.Request.RouteValues)
            data[name] = value;
        return data;
    }
}
