using System.Security.Cryptography;
using Azure.Storage.Sas;
using ComputeHorde.Sdk;

namespace ComputeHorde.Fallback;

/// <summary>Plans a job: what it may cost, when it has to be over, and what its machine is told.</summary>
internal sealed class JobPlanner(
    IFallbackProvider provider,
    JobBlobs blobs,
    HttpClient downloads,
    FallbackOptions options,
    TimeProvider time
)
{
    private static readonly TimeSpan UrlMargin = TimeSpan.FromHours(1);

    private readonly ImageRegistry _registry = new(downloads, options, time);
    private readonly InputStaging _staging = new(blobs, downloads, options, time);

    /// <summary>How long the machine of a job may exist.</summary>
    public TimeSpan Lifetime(ComputeHordeJobSpec spec) => FallbackJobs.Lifetime(spec, options);

    /// <summary>The offers that a job can be run on within its cap, the cheapest first.</summary>
    /// <exception cref="FallbackException">There is none.</exception>
    public async Task<IReadOnlyList<MachineOffer>> OffersAsync(
        ComputeHordeJobSpec spec,
        decimal? maxUsd,
        CancellationToken cancellationToken
    )
    {
        var offers = await provider.GetOffersAsync(spec.ExecutorClass, cancellationToken);
        if (offers.Count == 0)
        {
            throw new FallbackException(
                FallbackFailure.NoCapacity,
                $"{provider.Name} has no machine for '{spec.ExecutorClass}' at the moment."
            );
        }

        var cap = Math.Min(maxUsd ?? options.MaxUsdPerJob, options.MaxUsdPerJob);
        IReadOnlyList<MachineOffer> affordable = [.. offers.Where(offer => Bound(offer.UsdPerHour, Lifetime(spec)) <= cap)];
        return affordable.Count > 0
            ? affordable
            : throw new FallbackException(
                FallbackFailure.Price,
                $"The job may cost {Bound(offers[0].UsdPerHour, Lifetime(spec)):0.00##} USD on the cheapest machine ({offers[0].Id}), and {cap:0.00##} USD are allowed: raise the cap or lower the job's time limits."
            );
    }

    public JobRecord NewRecord(string id, string tag, ComputeHordeJobSpec spec, IReadOnlyList<MachineOffer> offers)
    {
        var now = time.GetUtcNow();
        return new JobRecord(id, tag, provider.Name)
        {
            ExecutorClass = spec.ExecutorClass,
            DockerImage = spec.DockerImage,
            JobNamespace = spec.JobNamespace,
            ArtifactsDir = spec.ArtifactsDir ?? "",
            CreatedAt = now,
            Deadline = DeadlineFrom(now, spec),
            CostBoundUsd = offers.Max(offer => Bound(offer.UsdPerHour, Lifetime(spec))),
            Nonce = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)),
        };
    }

    public DateTimeOffset DeadlineFrom(DateTimeOffset now, ComputeHordeJobSpec spec) =>
        DateTimeOffset.FromUnixTimeSeconds((now + Lifetime(spec)).ToUnixTimeSeconds());

    /// <summary>What the machine of a record is told. Everything that can be wrong with a job is found here.</summary>
    public async Task<MachinePlan> PlanAsync(JobRecord record, ComputeHordeJobSpec spec, CancellationToken cancellationToken)
    {
        var image = await _registry.LookUpAsync(spec.DockerImage, cancellationToken);
        var command = image.CommandFor(spec.Args);
        var until = record.Deadline + UrlMargin;
        var inputs = await _staging.StageAsync(record.Id, spec, until, cancellationToken);
        var uploads = new Dictionary<string, Uri>(StringComparer.Ordinal);
        foreach (
            var (variable, blob, permissions) in new[]
            {
                // The claim can be read back, so that a machine whose answer was lost knows its own claim; neither it nor the result can be
                // written twice.
                ("CLAIM", JobBlobs.Claim, BlobSasPermissions.Create | BlobSasPermissions.Read),
                ("RESULT", JobBlobs.Result, BlobSasPermissions.Create),
                ("STAGE", JobBlobs.Stage, BlobSasPermissions.Create | BlobSasPermissions.Write),
                ("STDOUT", JobBlobs.Stdout, BlobSasPermissions.Create | BlobSasPermissions.Write),
                ("STDERR", JobBlobs.Stderr, BlobSasPermissions.Create | BlobSasPermissions.Write),
                ("ARTIFACTS", JobBlobs.Artifacts, BlobSasPermissions.Create | BlobSasPermissions.Write),
            }
        )
        {
            uploads[variable] = await blobs.SignAsync(record.Id, blob, permissions, until, cancellationToken);
        }

        var script = WrapperScript.Write(
            new WrapperJob(spec, record.Nonce)
            {
                Command = command,
                WorkingDir = image.WorkingDir,
                Heartbeat = options.Heartbeat,
                Inputs = inputs,
                Uploads = uploads,
            }
        );
        return new MachinePlan(record.MachineName, image.Reference)
        {
            Script = WrapperScript.Encode(script),
            Bootstrap = WrapperScript.Bootstrap,
            Env = spec.Env,
            HasEntrypoint = image.Entrypoint.Count > 0,
            Lifetime = Lifetime(spec),
            Tags = new Dictionary<string, string> { ["ch-job"] = record.Id, ["ch-deadline"] = record.Deadline.ToString("O") },
        };
    }

    /// <summary>What a machine may cost at most. A tenth more than its price: disks cost a little, and seconds are rounded up.</summary>
    public static decimal Bound(decimal usdPerHour, TimeSpan lifetime) =>
        Math.Ceiling(usdPerHour * 1.1m * (decimal)lifetime.TotalHours * 10_000) / 10_000;
}
