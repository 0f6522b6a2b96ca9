using System.Collections.Immutable;
using ComputeHorde.Durable.Hosting;
using Microsoft.Azure.Functions.Worker.Core.FunctionMetadata;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ComputeHorde.Durable.Functions;

/// <summary>
/// Tells the host of the triggers. Where no account of its own is set for the data, one serves both: then the triggers listen to
/// <c>AzureWebJobsStorage</c>, as the functions themselves read and write there. The host knows no such fallback.
/// </summary>
internal sealed class OneAccountMetadata(IFunctionMetadataProvider inner) : IFunctionMetadataProvider
{
    private const string Connection = $"\"connection\":\"{StorageAccounts.Data}\"";

    public static void AddTo(IServiceCollection services)
    {
        var inner = services.Last(static service => service.ServiceType == typeof(IFunctionMetadataProvider));
        services.Replace(
            ServiceDescriptor.Singleton<IFunctionMetadataProvider>(provider => new OneAccountMetadata(
                (IFunctionMetadataProvider)(
                    inner.ImplementationInstance
                    ?? inner.ImplementationFactory?.Invoke(provider)
                    ?? ActivatorUtilities.CreateInstance(provider, inner.ImplementationType!)
                )
            ))
        );
    }

    public async Task<ImmutableArray<IFunctionMetadata>> GetFunctionMetadataAsync(string directory)
    {
        var functions = await inner.GetFunctionMetadataAsync(directory);
        foreach (var bindings in functions.Select(static function => function.RawBindings).OfType<IList<string>>())
        {
            for (var index = 0; index < bindings.Count; index++)
            {
                bindings[index] = bindings[index]
                    .Replace(Connection, $"\"connection\":\"{StorageAccounts.Host}\"", StringComparison.Ordinal);
            }
        }

        return functions;
    }
}
