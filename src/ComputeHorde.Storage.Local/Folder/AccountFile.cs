using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using ComputeHorde.Storage.Local.Stores;

namespace ComputeHorde.Storage.Local.Folder;

/// <summary>What a data folder keeps from its first start on, so that the URLs it has signed stay good.</summary>
internal sealed record AccountFile(string Account, string Key, int BlobPort, int QueuePort)
{
    private const int KeyBytes = 64;

    public static AccountFile New(LocalStorageOptions options) =>
        new(
            options.AccountName,
            options.AccountKey ?? Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes)),
            options.BlobPort,
            options.QueuePort
        );

    /// <summary>As the folder has it, with what the options say; made at the first start.</summary>
    /// <exception cref="LocalStorageException">It cannot be read.</exception>
    public static AccountFile Read(string folder, LocalStorageOptions options)
    {
        var path = PathIn(folder);
        if (!File.Exists(path))
        {
            return New(options);
        }

        try
        {
            var kept =
                JsonSerializer.Deserialize(File.ReadAllBytes(path), AccountJson.Default.AccountFile)
                ?? throw new JsonException("It is null.");
            return kept with
            {
                Account = options.AccountName,
                Key = options.AccountKey ?? kept.Key,
                BlobPort = options.BlobPort == 0 ? kept.BlobPort : options.BlobPort,
                QueuePort = options.QueuePort == 0 ? kept.QueuePort : options.QueuePort,
            };
        }
        catch (JsonException damage)
        {
            throw new LocalStorageException(
                $"{path} is damaged ({damage.Message}). Restore it, or remove it for a new key and new ports.",
                damage
            );
        }
    }

    /// <summary>Opens the account to the SDKs.</summary>
    [JsonIgnore]
    public string ConnectionString =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint={BlobEndpoint};QueueEndpoint={QueueEndpoint};";

    [JsonIgnore]
    public Uri BlobEndpoint => new($"http://127.0.0.1:{BlobPort}/{Account}");

    [JsonIgnore]
    public Uri QueueEndpoint => new($"http://127.0.0.1:{QueuePort}/{Account}");

    public void Write(string folder, IDisk disk)
    {
        Write(folder, PathIn(folder), JsonSerializer.SerializeToUtf8Bytes(this, AccountJson.Default.AccountFile), disk);

        // For commands that want it: a file only the owner can read is a better place than a terminal.
        Write(folder, Path.Combine(folder, "connection-string"), Encoding.UTF8.GetBytes(ConnectionString), disk);
    }

    /// <summary>Replaces a file, in one step.</summary>
    private static void Write(string folder, string path, byte[] content, IDisk disk)
    {
        if (File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(content))
        {
            return;
        }

        var next = path + ".next";
        disk.Delete(next);
        using (var file = disk.Create(next))
        {
            file.Write(content);
            disk.Flush(file);
        }

        File.Move(next, path, overwrite: true);
        disk.FlushFolder(folder);
    }

    private static string PathIn(string folder) => Path.Combine(folder, "account.json");
}

[JsonSerializable(typeof(AccountFile))]
internal sealed partial class AccountJson : JsonSerializerContext;
