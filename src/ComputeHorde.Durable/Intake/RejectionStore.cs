using Azure;
using Azure.Storage.Blobs.Models;
using ComputeHorde.Durable.Http;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.Intake;

/// <summary>Says, beside the original, why something that came without a caller to answer was not accepted: container <c>jobs-rejected</c>.</summary>
/// <param name="containers">The storage account.</param>
public sealed class RejectionStore(BlobContainers containers)
{
    private const string Version = "version", Suffix = ".problems.json";

    /// <summary>Whether this version was rejected before.</summary>
    /// <param name="name">What was looked at.</param>
    /// <param name="version">Its version.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>True when its problems are written down.</returns>
    public async Task<bool> HasAsync(string name, string version, CancellationToken cancellationToken)
    {
        var container = await containers.GetAsync(ContainerNames.JobsRejected, cancellationToken);
        try
        {
            BlobProperties properties = await container.GetBlobClient(name + Suffix).GetPropertiesAsync(conditions: null, cancellationToken);
            return properties.Metadata.TryGetValue(Version, out var rejected) && rejected == version;
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return false;
        }
    }

    /// <summary>Writes <c>{name}.problems.json</c>, over an earlier one.</summary>
    /// <param name="name">What was not accepted.</param>
    /// <param name="title">What is wrong, in a few words.</param>
    /// <param name="problems">The fields and the rules they break.</param>
    /// <param name="version">The version that was not accepted; null where there are none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task SaveAsync(string name, string title, IReadOnlyList<ValidationProblem> problems, string? version, CancellationToken cancellationToken)
    {
        var container = await containers.GetAsync(ContainerNames.JobsRejected, cancellationToken);
        await container.GetBlobClient(name + Suffix).UploadAsync(
            new BinaryData(SnakeCaseJson.ToUtf8(ProblemDocument.Of(400, title, problems) with { Instance = name })),
            new BlobUploadOptions
            {
                HttpHeaders = new BlobHttpHeaders { ContentType = "application/problem+json" },
                Metadata = version is null ? null : new Dictionary<string, string>(StringComparer.Ordinal) { [Version] = version },
            },
            cancellationToken);
    }
}
