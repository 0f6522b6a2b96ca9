using System.Reflection;
using System.Text.Json;
using Azure.Core.Serialization;
using ComputeHorde.Functions.Local;
using ComputeHorde.Functions.Local.Durable;
using ComputeHorde.Functions.Local.Settings;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Simulation.World;

/// <summary>The application that is simulated: the assembly of its functions, and its host.json.</summary>
internal sealed class Application
{
    private static Application? _today;

    private readonly MethodInfo _register;

    public Application(Assembly assembly)
    {
        Descriptors = FunctionDescriptor.DiscoverIn(assembly);
        _register = assembly.GetType("ComputeHorde.Durable.DurableServices", throwOnError: true)!.GetMethod("AddComputeHordeDurable")!;
    }

    public static Application Today => _today ??= new Application(typeof(Durable.DurableServices).Assembly);

    public static HostJson HostJson { get; } = HostJson.Load(RepositoryRoot, new ConfigurationBuilder().Build());

    public IReadOnlyList<FunctionDescriptor> Descriptors { get; }

    public static string RepositoryRoot
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "ComputeHorde.Durable.sln")))
            {
                folder = folder.Parent ?? throw new InvalidOperationException("The simulator runs inside of the repository.");
            }

            return folder.FullName;
        }
    }

    public void AddTo(IServiceCollection services, IConfiguration configuration) => _register.Invoke(null, [services, configuration]);

    /// <summary>How a host of functions writes the inputs and outputs of orchestrations.</summary>
    public static void AddSerializer(IServiceCollection services)
    {
        services.Configure<JsonSerializerOptions>(static json => json.PropertyNameCaseInsensitive = true);
        services
            .AddOptions<WorkerOptions>()
            .PostConfigure<IOptions<JsonSerializerOptions>>(
                static (worker, json) => worker.Serializer ??= new JsonObjectSerializer(json.Value)
            );
        services.AddSingleton<DataConverter, WorkerDataConverter>();
    }
}
