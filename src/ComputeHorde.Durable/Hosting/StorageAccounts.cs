using Microsoft.Extensions.Configuration;

namespace ComputeHorde.Durable.Hosting;

/// <summary>The two storage accounts, by the names of their connections. One account may serve as both.</summary>
public static class StorageAccounts
{
    /// <summary>The account of the Functions host: leases, keys, orchestrations.</summary>
    public const string Host = "AzureWebJobsStorage";

    /// <summary>The account of the data: specifications, batches, requests, results, outputs.</summary>
    public const string Data = "ComputeHordeStorage";

    /// <summary>
    /// Whether the data have an account of their own: one that is set, and is not the host's by the same connection string.
    /// </summary>
    public static bool IsApart(IConfiguration configuration) =>
        SettingText.Find(configuration, Data) is { } own
            ? own != SettingText.Find(configuration, Host)
            : configuration.GetSection(Data).GetChildren().Any();
}
