using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.Intake;

/// <summary>
/// Says, beside the original, why something that came without a caller to answer was not accepted: container <c>jobs-rejected</c>.
/// </summary>
internal sealed class RejectionStore(BlobContainers containers)
{
    private const string Version = "version",
        Suffix = ".problems.json";

    /// <summary>The longest name of a blob, in characters.</summary>
    private const int MaxLength = 1024;

    private const int HashLength = 16;

    /// <summary>Whether this version was rejected before.</summary>
    /// <param name="name">What was looked at.</param>
    /// <returns>True when its problems are written down.</returns>
    public async Task<bool> HasAsync(string name, string version, CancellationToken cancellationToken)
    {
        var blob = await BlobAsync(name, cancellationToken);
        return await VersionOfAsync(blob, cancellationToken) == version;
    }

    /// <summary>Takes back what was said of an earlier version, now that a later one is accepted.</summary>
    /// <param name="name">What was accepted.</param>
    /// <param name="version">The version that was accepted: what is wrong with parts of it stays.</param>
    public async Task WithdrawAsync(string name, string version, CancellationToken cancellationToken)
    {
        var blob = await BlobAsync(name, cancellationToken);
        if (await VersionOfAsync(blob, cancellationToken) is { } rejected && rejected != version)
        {
            await blob.DeleteIfExistsAsync(DeleteSnapshotsOption.None, conditions: null, cancellationToken);
        }
    }

    /// <summary>Writes <c>{name}.problems.json</c>, over an earlier one. A name that would become too long is cut, and has its hash behind
    /// it.</summary>
    /// <param name="name">What was not accepted.</param>
    /// <param name="problems">The fields and the rules they break.</param>
    /// <param name="version">The version that was not accepted; null where there are none.</param>
    public async Task SaveAsync(
        string name,
        string title,
        IReadOnlyList<ValidationProblem> problems,
        string? version,
        CancellationToken cancellationToken
    )
    {
        var document = Problems.Document(400, title, problems);
        document.Instance = name;
        await (await BlobAsync(name, cancellationToken)).UploadAsync(
            new BinaryData(SnakeCaseJson.ToUtf8(document)),
            new BlobUploadOptions
            {
                HttpHeaders = new BlobHttpHeaders { ContentType = "application/problem+json" },
                Metadata = version is null ? null : new Dictionary<string, string>(StringComparer.Ordinal) { [Version] = version },
            },
            cancellationToken
        );
    }

    private static async Task<string?> VersionOfAsync(BlobClient blob, CancellationToken cancellationToken)
    {
        try
        {
            BlobProperties properties = await blob.GetPropertiesAsync(conditions: null, cancellationToken);
            return properties.Metadata.TryGetValue(Version, out var version) ? version : "";
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return null;
        }
    }

    /// <summary>Not by <see cref="BlobContainers.GetBlobAsync"/>: what is wrong may be the very name.</summary>
    private async Task<BlobClient> BlobAsync(string name, CancellationToken cancellationToken) =>
        (await containers.GetAsync(ContainerNames.JobsRejected, cancellationToken)).GetBlobClient(BlobName(name));

    private static string BlobName(string name)
    {
        if (name.Length + Suffix.Length <= MaxLength)
        {
            return name + Suffix;
        }

        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..HashLength];
        var length = MaxLength - Suffix.Length - HashLength - 1;
        return $"{name[..(char.IsHighSurrogate(name[length - 1]) ? length - 1 : length)]}{Names.Separator}{hash}{Suffix}";
    }
}
