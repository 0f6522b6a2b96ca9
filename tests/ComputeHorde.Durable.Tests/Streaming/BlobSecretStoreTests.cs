using System.Text;
using Azure.Storage.Blobs;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Durable.Streaming;
using ComputeHorde.Sdk;
using ComputeHorde.Storage.Local;

namespace ComputeHorde.Durable.Tests.Streaming;

public sealed class BlobSecretStoreTests : IAsyncLifetime
{
    private readonly KeyPairSigner _hotkey = Wallet.FromUri("//Alice");
    private LocalStorage _storage = null!;
    private BlobServiceClient _blobs = null!;
    private BlobSecretStore _store = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _storage = await LocalStorage.StartAsync(new LocalStorageOptions { Listen = false }, Token);
        _blobs = new BlobServiceClient(_storage.ConnectionString, new BlobClientOptions { Transport = _storage.Transport });
        _store = new BlobSecretStore(new BlobContainers(_blobs), _hotkey);
    }

    public async ValueTask DisposeAsync()
    {
        _hotkey.Dispose();
        await _storage.DisposeAsync();
    }

    [Fact]
    public async Task Keep_ManyAtOnce_AllGetTheOneThatIsKept()
    {
        var kept = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => _store.KeepAsync("run/1", new[] { (byte)number }, Token)));

        var one = Assert.Single(kept.Select(static secret => secret[0]).Distinct());
        Assert.Equal([one], (await _store.FindAsync("run/1", Token))!);
    }

    [Fact]
    public async Task Find_AfterARestart_GivesTheSecretThatStandsNowhereInTheClear()
    {
        await _store.KeepAsync("run/1", "a secret of some length"u8.ToArray(), Token);
        using var sameHotkey = Wallet.FromUri("//Alice");

        var restarted = new BlobSecretStore(new BlobContainers(_blobs), sameHotkey);

        Assert.Equal("a secret of some length"u8.ToArray(), (await restarted.FindAsync("run/1", Token))!);
        Assert.DoesNotContain("secret", Encoding.Latin1.GetString(await RawAsync("run/1")), StringComparison.Ordinal);
        Assert.Null(await restarted.FindAsync("run/2", Token));
    }

    [Fact]
    public async Task Keep_SameSecretTwice_LooksDifferentEachTime()
    {
        await _store.KeepAsync("run/1", new byte[40], Token);
        await _store.KeepAsync("run/2", new byte[40], Token);

        Assert.NotEqual(await RawAsync("run/1"), await RawAsync("run/2"));
    }

    [Fact]
    public async Task Find_UnderAnotherHotkey_IsRefused()
    {
        await _store.KeepAsync("run/1", new byte[40], Token);
        using var bob = Wallet.FromUri("//Bob");
        var other = new BlobSecretStore(new BlobContainers(_blobs), bob);

        await Assert.ThrowsAsync<UnreadableSecretException>(() => other.FindAsync("run/1", Token));
        await Assert.ThrowsAsync<UnreadableSecretException>(() => other.KeepAsync("run/1", new byte[1], Token));
    }

    [Fact]
    public async Task Find_BlobWasChangedMovedOrCut_IsRefused()
    {
        await _store.KeepAsync("run/1", new byte[40], Token);
        var raw = await RawAsync("run/1");
        var changes = new List<byte[]> { Array.Empty<byte>(), raw[..^1], raw[..20] };
        for (var index = 0; index < raw.Length; index++)
        {
            var changed = (byte[])raw.Clone();
            changed[index] ^= 1;
            changes.Add(changed);
        }

        foreach (var change in changes)
        {
            await WriteAsync("run/1", change);
            await Assert.ThrowsAsync<UnreadableSecretException>(() => _store.FindAsync("run/1", Token));
        }

        await WriteAsync("run/2", raw);
        await Assert.ThrowsAsync<UnreadableSecretException>(() => _store.FindAsync("run/2", Token));
    }

    [Fact]
    public async Task Forget_APrefix_LeavesAllOthers()
    {
        foreach (var name in (string[])["run/1", "run/2", "run2/1", "other/1"])
        {
            await _store.KeepAsync(name, new byte[1], Token);
        }

        await _store.ForgetAsync("run/", Token);
        await _store.ForgetAsync("nothing/", Token);

        Assert.Null(await _store.FindAsync("run/1", Token));
        Assert.Null(await _store.FindAsync("run/2", Token));
        Assert.NotNull(await _store.FindAsync("run2/1", Token));
        Assert.NotNull(await _store.FindAsync("other/1", Token));
    }

    private async Task<byte[]> RawAsync(string name) => (await Blob(name).DownloadContentAsync(Token)).Value.Content.ToArray();

    private async Task WriteAsync(string name, byte[] content) =>
        await Blob(name).UploadAsync(BinaryData.FromBytes(content), overwrite: true, Token);

    private BlobClient Blob(string name) => _blobs.GetBlobContainerClient(ContainerNames.Secrets).GetBlobClient(name);
}
