using ComputeHorde.Functions.Local.Invocation;
using ComputeHorde.Functions.Local.Settings;
using ComputeHorde.Functions.Local.Storage;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Simulation.World;

/// <summary>The functions, bound as the local host binds them.</summary>
internal sealed class ApplicationFunctions
{
    public ApplicationFunctions(Application application, IServiceProvider services, Func<DurableTaskClient> client)
    {
        var converter = new ValueConverter(services.GetRequiredService<IOptions<WorkerOptions>>().Value.Serializer!);
        var storage = new StorageClients(new SettingResolver(services.GetService<IConfiguration>() ?? new ConfigurationBuilder().Build()));
        var binders = new ParameterBinders(converter, storage, client);
        All =
        [
            .. application.Descriptors.Select(function => new RunnableFunction(
                function,
                binders.Create,
                new FunctionOutputs(function, converter, storage, base64: true)
            )),
        ];
        Runner = new FunctionRunner(
            services,
            static context => ((LocalFunctionContext)context).InvokeAsync(),
            functionTimeout: null,
            new InvocationDrain(),
            NullLogger.Instance,
            clock: null,
            invocations: null
        );
    }

    public IReadOnlyList<RunnableFunction> All { get; }

    public FunctionRunner Runner { get; }

    public RunnableFunction this[string name] => All.First(function => function.Name == name);
}
