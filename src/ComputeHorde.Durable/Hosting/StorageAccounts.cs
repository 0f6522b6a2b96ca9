using Microsoft.Extensions.Configuration;

namespace ComputeHorde.Durable.Hosting;

/// <summary>The two storage accounts, by the names of their connections. One account may serve as both.</summary>
public static class StorageAccounts
{
    /// <summary>The account of the Functions host: leases, keys, orchestrations.</summary>
    public const string Host = "AzureWebJobsStorage";

    /// <summary>The account of the data: specifications, batches, requests, results, outputs.</summary>
    public const string Data = "ComputeHordeStorage";

    /// <summary>Whether the data have an account of their own.</summary>
    public static bool IsApart(IConfiguration configuration) =>
        SettingText.Find(configuration, Data) is not null || configuration.GetSection(Data).GetChildren().Any();
}
