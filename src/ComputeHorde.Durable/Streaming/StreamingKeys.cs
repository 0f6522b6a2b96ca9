using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.Streaming;

/// <summary>
/// The client certificates of streaming jobs, one an attempt (protocol 6.6). Each is kept before its job is bought, so that whoever buys or
/// finds the job, now or after a restart, has the key that opens its server; it is forgotten when the run ends.
/// </summary>
internal sealed class StreamingKeys(ISecretStore secrets, TimeProvider timeProvider)
{
    /// <summary>Gives the certificate of an attempt, kept at the first call.</summary>
    /// <param name="callersOwn">The certificate of a caller who keeps the private key, PEM; null to make a pair.</param>
    /// <returns>The same certificate, however often and in whatever process it is asked for; dispose it.</returns>
    /// <exception cref="UnreadableSecretException">There is one, and it cannot be read.</exception>
    public async Task<StreamingCertificate> ProvideAsync(AttemptKey attempt, string? callersOwn, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        if (await FindAsync(attempt, cancellationToken) is { } known)
        {
            return known;
        }

        using var made = callersOwn is null
            ? StreamingCertificate.Create(timeProvider)
            : StreamingCertificate.FromCertificatePem(callersOwn);
        var pair = SnakeCaseJson.ToUtf8(new KeyPairDocument(made.CertificatePem, made.HasPrivateKey ? made.ExportPrivateKeyPem() : null));
        return Read(await secrets.KeepAsync(attempt.Path, pair, cancellationToken));
    }

    /// <summary>Finds the certificate of an attempt.</summary>
    /// <returns>The certificate, to be disposed of; null when there is none, or none any more.</returns>
    /// <exception cref="UnreadableSecretException">There is one, and it cannot be read.</exception>
    public async Task<StreamingCertificate?> FindAsync(AttemptKey attempt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        return await secrets.FindAsync(attempt.Path, cancellationToken) is { } pair ? Read(pair) : null;
    }

    /// <summary>Forgets the certificates of all attempts of a run.</summary>
    /// <param name="instanceId">The run.</param>
    public Task ForgetAsync(string instanceId, CancellationToken cancellationToken) =>
        secrets.ForgetAsync(instanceId + "/", cancellationToken);

    private static StreamingCertificate Read(byte[] pair)
    {
        var document = SnakeCaseJson.Read<KeyPairDocument>(BinaryData.FromBytes(pair));
        return document.PrivateKey is { } key
            ? StreamingCertificate.FromPem(document.Certificate, key)
            : StreamingCertificate.FromCertificatePem(document.Certificate);
    }

    private sealed record KeyPairDocument(string Certificate, string? PrivateKey)
    {
        public override string ToString() => nameof(KeyPairDocument);
    }
}
