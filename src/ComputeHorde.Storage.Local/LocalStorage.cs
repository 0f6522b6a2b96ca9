using Azure.Core.Pipeline;
using ComputeHorde.Storage.Local.Authorization;
using ComputeHorde.Storage.Local.Blobs;
using ComputeHorde.Storage.Local.Faults;
using ComputeHorde.Storage.Local.Folder;
using ComputeHorde.Storage.Local.Http;
using ComputeHorde.Storage.Local.Queues;
using ComputeHorde.Storage.Local.Stores;
using ComputeHorde.Storage.Local.Transport;

namespace ComputeHorde.Storage.Local;

/// <summary>
/// An Azure storage account with blobs and queues, in this process: durable before it answers when it has a data folder, in memory when it
/// has none.
/// </summary>
public sealed class LocalStorage : IAsyncDisposable
{
    private const int PortTries = 20;
    private static readonly TimeSpan BlocksKept = TimeSpan.FromDays(7);
    private readonly FolderLock? _folder;
    private readonly IStore _store;
    private Listener? _listener;
    private int _disposed;

    private LocalStorage(FolderLock? folder, IStore store, AccountFile account, LocalStorageOptions options)
    {
        (_folder, _store) = (folder, store);
        (BlobEndpoint, QueueEndpoint, ConnectionString) = (account.BlobEndpoint, account.QueueEndpoint, account.ConnectionString);
        Service = MakeService(account, options);
        Transport = new LocalTransport(Service, BlobEndpoint, QueueEndpoint);
    }

    /// <summary>A blob was written, and the write is durable. Handlers run in the writer's turn: they hand on and return.</summary>
    public event Action<BlobWritten>? BlobWritten;

    /// <summary>A message can be received, now or later. Handlers run in the sender's turn: they hand on and return.</summary>
    public event Action<MessageAvailable>? MessageAvailable;

    /// <summary>
    /// Opens the account to the SDKs, with its key: a secret. File <c>connection-string</c> of the data folder holds it too.
    /// </summary>
    public string ConnectionString { get; }

    /// <summary>The address of blobs: <c>http://127.0.0.1:port/account</c>.</summary>
    public Uri BlobEndpoint { get; }

    /// <summary>The address of queues.</summary>
    public Uri QueueEndpoint { get; }

    /// <summary>
    /// Takes the requests of SDK clients in this process to the storage without a socket: set it as their options' transport.
    /// </summary>
    public HttpPipelineTransport Transport { get; }

    internal StorageService Service { get; }

    internal IStore Store => _store;

    /// <summary>Starts a storage.</summary>
    /// <param name="options">How; null for all defaults, which is in memory.</param>
    /// <param name="cancellation">Gives up starting.</param>
    /// <returns>The storage, ready for requests.</returns>
    /// <exception cref="LocalStorageException">Another process has the data folder, its files cannot be used, or a port is
    /// taken.</exception>
    public static Task<LocalStorage> StartAsync(LocalStorageOptions? options = null, CancellationToken cancellation = default) =>
        StartAsync(options ?? new LocalStorageOptions(), new Disk(), passing: null, cancellation);

    internal static async Task<LocalStorage> StartAsync(
        LocalStorageOptions options,
        IDisk disk,
        Action<StorePoint>? passing,
        CancellationToken cancellation
    )
    {
        Check(options);
        var path = options.DataFolder is null ? null : DataFolder.Prepare(options.DataFolder);
        var folder = path is null ? null : await FolderLock.TakeAsync(path, options.FolderTimeout, cancellation);
        IStore? store = null;
        try
        {
            var kept = path is null ? AccountFile.New(options) : AccountFile.Read(path, options);
            store = path is null ? new MemoryStore(options.TimeProvider, options.KeptPast) : SqliteStore.Open(path, disk, passing);
            await RemoveOldBlocksAsync(store, options.TimeProvider.GetUtcNow() - BlocksKept);
            for (var attempt = 1; ; attempt++)
            {
                var account = WithPorts(kept);
                if (path is not null)
                {
                    account.Write(path, disk);
                }

                var storage = new LocalStorage(folder, store, account, options);
                try
                {
                    if (options.Listen)
                    {
                        storage._listener = await Listener.StartAsync(storage.Service, account.BlobPort, account.QueuePort, cancellation);
                    }

                    return storage;
                }
                catch (LocalStorageException) when (attempt < PortTries && kept is { BlobPort: 0, QueuePort: 0 })
                {
                    // Another program took what was free a moment ago, and nothing names these ports yet: others do as well.
                }
            }
        }
        catch
        {
            if (store is not null)
            {
                await store.DisposeAsync();
            }

            folder?.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Returns to the state of that long ago, as a machine does that loses its power before a disk without a write-through cache is
    /// flushed.
    /// </summary>
    /// <param name="span">At most <see cref="LocalStorageOptions.KeptPast"/>, by the storage's clock.</param>
    /// <exception cref="InvalidOperationException">The storage has a data folder: it loses nothing.</exception>
    public void LoseLast(TimeSpan span)
    {
        var memory =
            _store as MemoryStore
            ?? throw new InvalidOperationException("A storage with a data folder loses nothing; this is for one in memory.");
        memory.LoseLast(span);
    }

    /// <summary>Answers what has come, and ends.</summary>
    /// <returns>A task that ends when the data folder is free.</returns>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        if (_listener is not null)
        {
            await _listener.DisposeAsync();
        }

        await _store.DisposeAsync();
        _folder?.Dispose();
    }

    private static void Check(LocalStorageOptions options)
    {
        if (
            options.AccountName.Length is < 3 or > 24
            || !options.AccountName.All(static letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter))
        )
        {
            throw new ArgumentException(
                $"{nameof(options.AccountName)} '{options.AccountName}' is not of 3 to 24 small letters and digits.",
                nameof(options)
            );
        }

        if (options.AccountKey is { } key && (key.Length == 0 || !Convert.TryFromBase64String(key, new byte[key.Length], out _)))
        {
            throw new ArgumentException($"{nameof(options.AccountKey)} is not Base64.", nameof(options));
        }

        foreach (var (name, port) in new[] { (nameof(options.BlobPort), options.BlobPort), (nameof(options.QueuePort), options.QueuePort) })
        {
            if (port is < 0 or > 65535)
            {
                throw new ArgumentException($"{name} {port} is not from 0 to 65535.", nameof(options));
            }
        }
    }

    private static AccountFile WithPorts(AccountFile account)
    {
        if (account.BlobPort == 0)
        {
            account = account with { BlobPort = Ports.FindFree(except: account.QueuePort) };
        }

        return account.QueuePort == 0 ? account with { QueuePort = Ports.FindFree(except: account.BlobPort) } : account;
    }

    /// <summary>Blocks that were not committed within a week are gone, as in Azure.</summary>
    private static Task<bool> RemoveOldBlocksAsync(IStore store, DateTimeOffset before) =>
        store.WriteAsync(transaction =>
        {
            var containers = transaction.Scan(Tables.Containers, "", "").Select(static row => row.Key).ToList();
            foreach (var container in containers)
            {
                foreach (
                    var (key, block) in transaction.Scan(Tables.Blocks, container, "").Where(row => row.Value.Modified < before).ToList()
                )
                {
                    transaction.Delete(Tables.Blocks, container, key);
                    transaction.Drop(block.Body);
                }
            }

            return true;
        });

    private StorageService MakeService(AccountFile file, LocalStorageOptions options)
    {
        var time = options.TimeProvider;
        var authorizer = new Authorizer(new Account(file.Account, Convert.FromBase64String(file.Key)), time);
        var blobs = new BlobContext(_store, new ETags(options.Seed), time, news => BlobWritten?.Invoke(news));
        var queues = new QueueContext(_store, new QueueClock(time, QueueContext.Newest(_store)), news => MessageAvailable?.Invoke(news));
        var router = new Router(
            new BlobRoutes(
                new Containers(blobs),
                new Listings(blobs, BlobEndpoint),
                new BlobReads(blobs),
                new BlobWrites(blobs),
                new Blocks(blobs),
                new Copies(blobs, authorizer)
            ),
            new QueueRoutes(new Queues.Queues(queues, QueueEndpoint), new Messages(queues))
        );
        return new StorageService(router, authorizer, new FaultInjector(options.Faults, time), time);
    }
}
