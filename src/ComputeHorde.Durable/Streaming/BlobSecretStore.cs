using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.Streaming;

/// <summary>
/// Secrets in container <c>secrets</c>, private, each encrypted with AES-256-GCM under a key that is derived from the hotkey: who can read
/// the storage account and not the hotkey reads nothing. The name is authenticated, so a secret cannot be passed off as another.
/// </summary>
/// <param name="hotkey">The hotkey: from the wallet or, on Azure, from Key Vault, and never beside the secrets.</param>
internal sealed class BlobSecretStore(BlobContainers containers, KeyPairSigner hotkey) : ISecretStore
{
    private const byte Version = 1;
    private const int NonceAt = 1,
        NonceSize = 12,
        TagAt = NonceAt + NonceSize,
        TagSize = 16,
        TextAt = TagAt + TagSize;

    private readonly Lazy<byte[]> _key = new(() => hotkey.DeriveKey("ComputeHorde.Durable secret store, AES-256-GCM, version 1"));

    public async Task<byte[]> KeepAsync(string name, ReadOnlyMemory<byte> secret, CancellationToken cancellationToken)
    {
        var blob = await BlobAsync(name, cancellationToken);
        return await blob.TryCreateAsync(BinaryData.FromBytes(Encrypt(name, secret.Span)), cancellationToken)
            ? secret.ToArray()
            : Decrypt(name, (await blob.DownloadContentAsync(cancellationToken)).Value.Content.ToMemory().Span);
    }

    public async Task<byte[]?> FindAsync(string name, CancellationToken cancellationToken)
    {
        var blob = await BlobAsync(name, cancellationToken);
        try
        {
            return Decrypt(name, (await blob.DownloadContentAsync(cancellationToken)).Value.Content.ToMemory().Span);
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return null;
        }
    }

    public async Task ForgetAsync(string prefix, CancellationToken cancellationToken)
    {
        var container = await containers.GetAsync(ContainerNames.Secrets, cancellationToken);
        await foreach (var item in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellationToken))
        {
            await container.DeleteBlobIfExistsAsync(item.Name, DeleteSnapshotsOption.None, conditions: null, cancellationToken);
        }
    }

    /// <summary>Version, nonce, tag and ciphertext, one after the other.</summary>
    private byte[] Encrypt(string name, ReadOnlySpan<byte> secret)
    {
        var sealedText = new byte[TextAt + secret.Length];
        sealedText[0] = Version;
        RandomNumberGenerator.Fill(sealedText.AsSpan(NonceAt, NonceSize));
        using var cipher = new AesGcm(_key.Value, TagSize);
        cipher.Encrypt(
            sealedText.AsSpan(NonceAt, NonceSize),
            secret,
            sealedText.AsSpan(TextAt),
            sealedText.AsSpan(TagAt, TagSize),
            Encoding.UTF8.GetBytes(name)
        );
        return sealedText;
    }

    private byte[] Decrypt(string name, ReadOnlySpan<byte> sealedText)
    {
        if (sealedText.Length < TextAt || sealedText[0] != Version)
        {
            throw new UnreadableSecretException(name);
        }

        var secret = new byte[sealedText.Length - TextAt];
        try
        {
            using var cipher = new AesGcm(_key.Value, TagSize);
            cipher.Decrypt(
                sealedText.Slice(NonceAt, NonceSize),
                sealedText[TextAt..],
                sealedText.Slice(TagAt, TagSize),
                secret,
                Encoding.UTF8.GetBytes(name)
            );
            return secret;
        }
        catch (AuthenticationTagMismatchException exception)
        {
            throw new UnreadableSecretException(name, exception);
        }
    }

    private async Task<BlobClient> BlobAsync(string name, CancellationToken cancellationToken) =>
        await containers.GetBlobAsync(ContainerNames.Secrets, name, cancellationToken);
}
