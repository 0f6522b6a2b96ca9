using ComputeHorde.Durable.LocalRuntime;
using ComputeHorde.Durable.LocalRuntime.FunctionsHost;
using Microsoft.AspNetCore.Builder;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Builds a functions application.</summary>
public class FunctionsApplicationBuilder : IHostApplicationBuilder, IFunctionsWorkerApplicationBuilder
{
    private readonly List<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> _middleware = [];
    private readonly WebApplicationBuilder _web;

    internal FunctionsApplicationBuilder(LocalFunctionsHostOptions options, string[] args) =>
        _web = FunctionsWebHost.CreateBuilder(options, args, _middleware);

    /// <summary>Values shared while building.</summary>
    public IDictionary<object, object> Properties => ((IHostApplicationBuilder)_web).Properties;

    /// <summary>The application's settings.</summary>
    public ConfigurationManager Configuration => _web.Configuration;

    /// <summary>The application's environment: <c>AZURE_FUNCTIONS_ENVIRONMENT</c>, or Development.</summary>
    public IHostEnvironment Environment => _web.Environment;

    /// <summary>The application's logging.</summary>
    public ILoggingBuilder Logging => _web.Logging;

    /// <summary>The application's metrics.</summary>
    public IMetricsBuilder Metrics => _web.Metrics;

    /// <summary>The application's services.</summary>
    public IServiceCollection Services => _web.Services;

    IConfigurationManager IHostApplicationBuilder.Configuration => _web.Configuration;

    /// <summary>Builds the application; run or start it next.</summary>
    /// <returns>The application.</returns>
    /// <exception cref="LocalRuntimeException">A function is declared wrongly or a setting is missing.</exception>
    public IHost Build() => FunctionsWebHost.Build(_web);

    /// <summary>Replaces the container of services.</summary>
    /// <typeparam name="TContainerBuilder">The container's own builder.</typeparam>
    /// <param name="factory">Makes the container.</param>
    /// <param name="configure">Changes it.</param>
    public void ConfigureContainer<TContainerBuilder>(
        IServiceProviderFactory<TContainerBuilder> factory, Action<TContainerBuilder>? configure = null)
        where TContainerBuilder : notnull =>
        ((IHostApplicationBuilder)_web).ConfigureContainer(factory, configure);

    /// <summary>Adds a step around every invocation; the first added is the outermost.</summary>
    /// <param name="middleware">Makes the step from the rest of the pipeline.</param>
    /// <returns>This builder.</returns>
    public IFunctionsWorkerApplicationBuilder Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware)
    {
        _middleware.Add(middleware);
        return this;
    }
}
