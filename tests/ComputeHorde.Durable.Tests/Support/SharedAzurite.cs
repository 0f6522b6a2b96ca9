using System.Globalization;
using ComputeHorde.Functions.Local;

namespace ComputeHorde.Durable.Tests.Support;

/// <summary>
/// One Azurite for all tests of the assembly, with a storage account for each test: none sees the blobs or queues of another. It ends with
/// the process.
/// </summary>
internal static class SharedAzurite
{
    private const int Accounts = 400;
    private const string Key = "dGVzdC1rZXktb2YtYS1sb29wYmFjay1hY2NvdW50";

    private static readonly SemaphoreSlim Gate = new(1, 1);

    private static AzuriteServer? _server;
    private static int _used;

    /// <summary>Gives the connection string of an account that no test has used yet.</summary>
    public static async Task<string> NextAccountAsync()
    {
        await Gate.WaitAsync();
        try
        {
            _server ??= await StartAsync();
            return ConnectionString(_server, Name(++_used));
        }
        finally
        {
            Gate.Release();
        }
    }

    private static string ConnectionString(AzuriteServer server, string account) =>
        $"DefaultEndpointsProtocol=http;AccountName={account};AccountKey={Key};"
        + $"BlobEndpoint={new Uri(server.BlobEndpoint, account)};QueueEndpoint={new Uri(server.QueueEndpoint, account)};";

    private static Task<AzuriteServer> StartAsync()
    {
        // Azurite reads its accounts from its environment, which it inherits.
        Environment.SetEnvironmentVariable(
            "AZURITE_ACCOUNTS",
            string.Join(';', Enumerable.Range(1, Accounts).Select(static number => $"{Name(number)}:{Key}"))
        );
        return AzuriteServer.StartAsync();
    }

    private static string Name(int number) => "test" + number.ToString("D4", CultureInfo.InvariantCulture);
}
