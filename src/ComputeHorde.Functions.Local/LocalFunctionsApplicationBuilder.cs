using Microsoft.AspNetCore.Builder;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Functions.Local;

/// <summary>What an application changes before it is built: the part that <c>FunctionsApplicationBuilder</c> has in Azure, for the same
/// extension methods (<c>UseMiddleware</c>, <c>UseWhen</c>, everything of <see cref="IHostApplicationBuilder"/>).</summary>
public sealed class LocalFunctionsApplicationBuilder : IHostApplicationBuilder, IFunctionsWorkerApplicationBuilder
{
    private readonly List<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> _middleware = [];
    private readonly WebApplicationBuilder _web;

    internal LocalFunctionsApplicationBuilder(LocalFunctionsHostOptions options)
    {
        _web = FunctionsWebHost.CreateBuilder(options, _middleware);
        Services.AddSingleton<IFunctionsWorkerApplicationBuilder>(this);
    }

    /// <summary>Values shared while building.</summary>
    public IDictionary<object, object> Properties => ((IHostApplicationBuilder)_web).Properties;

    /// <summary>The application's settings.</summary>
    public IConfigurationManager Configuration => _web.Configuration;

    /// <summary>The application's environment: <c>AZURE_FUNCTIONS_ENVIRONMENT</c>, or Development.</summary>
    public IHostEnvironment Environment => _web.Environment;

    /// <summary>The application's logging.</summary>
    public ILoggingBuilder Logging => _web.Logging;

    /// <summary>The application's metrics.</summary>
    public IMetricsBuilder Metrics => _web.Metrics;

    /// <summary>The application's services.</summary>
    public IServiceCollection Services => _web.Services;

    /// <summary>Replaces the container of services.</summary>
    /// <typeparam name="TContainerBuilder">The container's own builder.</typeparam>
    /// <param name="factory">Makes the container.</param>
    /// <param name="configure">Changes it.</param>
    public void ConfigureContainer<TContainerBuilder>(
        IServiceProviderFactory<TContainerBuilder> factory,
        Action<TContainerBuilder>? configure = null
    )
        where TContainerBuilder : notnull => ((IHostApplicationBuilder)_web).ConfigureContainer(factory, configure);

    /// <summary>Adds a step around every invocation; the first added is the outermost.</summary>
    /// <param name="middleware">Makes the step from the rest of the pipeline.</param>
    /// <returns>This builder.</returns>
    public IFunctionsWorkerApplicationBuilder Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware)
    {
        _middleware.Add(middleware);
        return this;
    }

    internal WebApplication Build() => FunctionsWebHost.Build(_web);
}
