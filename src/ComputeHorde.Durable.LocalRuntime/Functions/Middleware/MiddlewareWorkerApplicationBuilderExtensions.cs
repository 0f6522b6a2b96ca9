using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.Hosting;

/// <summary>Adds steps around every invocation; the first added is the outermost.</summary>
public static class MiddlewareWorkerApplicationBuilderExtensions
{
    /// <summary>Adds a step that is a service.</summary>
    /// <typeparam name="T">The step; one instance serves all invocations.</typeparam>
    /// <param name="builder">The application.</param>
    /// <returns>The application.</returns>
    public static IFunctionsWorkerApplicationBuilder UseMiddleware<T>(this IFunctionsWorkerApplicationBuilder builder)
        where T : class, IFunctionsWorkerMiddleware =>
        builder.UseWhen<T>(static _ => true);

    /// <summary>Adds a step that is a service and takes part only where a condition holds.</summary>
    /// <typeparam name="T">The step; one instance serves all invocations.</typeparam>
    /// <param name="builder">The application.</param>
    /// <param name="predicate">The condition.</param>
    /// <returns>The application.</returns>
    public static IFunctionsWorkerApplicationBuilder UseWhen<T>(
        this IFunctionsWorkerApplicationBuilder builder, Func<FunctionContext, bool> predicate)
        where T : class, IFunctionsWorkerMiddleware
    {
        builder.Services.TryAddSingleton<T>();
        return builder.Use(next => context => predicate(context)
            ? context.InstanceServices.GetRequiredService<T>().Invoke(context, next)
            : next(context));
    }

    /// <summary>Adds a step.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="middleware">The step: gets the invocation and the rest of the pipeline.</param>
    /// <returns>The application.</returns>
    public static IFunctionsWorkerApplicationBuilder UseMiddleware(
        this IFunctionsWorkerApplicationBuilder builder, Func<FunctionContext, Func<Task>, Task> middleware) =>
        builder.UseWhen(static _ => true, middleware);

    /// <summary>Adds a step that takes part only where a condition holds.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="predicate">The condition.</param>
    /// <param name="middleware">The step: gets the invocation and the rest of the pipeline.</param>
    /// <returns>The application.</returns>
    public static IFunctionsWorkerApplicationBuilder UseWhen(
        this IFunctionsWorkerApplicationBuilder builder,
        Func<FunctionContext, bool> predicate,
        Func<FunctionContext, Func<Task>, Task> middleware) =>
        builder.Use(next => context => predicate(context) ? middleware(context, () => next(context)) : next(context));
}
