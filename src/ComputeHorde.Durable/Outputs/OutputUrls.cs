using System.Security.Cryptography;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Durable.Outputs;

/// <summary>Gives every attempt upload URLs of its own, and looks afterwards at what was uploaded.</summary>
internal sealed class OutputUrls(
    IOutputStore store,
    PreparedUrls prepared,
    IOptions<DurableOptions> options,
    IOptions<ComputeHordeOptions> horde
)
{
    private const int InspectedAtOnce = 4;

    private static readonly TimeSpan DownloadLife = TimeSpan.FromMinutes(15);

    /// <summary>How long upload URLs live beyond the job that they are for.</summary>
    public TimeSpan Margin => TimeSpan.FromSeconds(options.Value.OutputUrlMarginSeconds);

    /// <summary>Refuses outputs that could never be uploaded, before their job is paid for: a store on this machine (Azurite) cannot be
    /// reached from a facilitator's executors on the internet, which is where one with HTTPS is.</summary>
    /// <exception cref="ComputeHordeValidationException">There are outputs, and nobody could upload them.</exception>
    public void RequireReachable(IReadOnlyList<string> outputs)
    {
        var facilitator = horde.Value.FacilitatorUrl;
        if (outputs.Count > 0 && store.Address.IsLoopback && !facilitator.IsLoopback && facilitator.Scheme == Uri.UriSchemeHttps)
        {
            throw new ComputeHordeValidationException(
                "outputs",
                $"cannot be uploaded to {store.Address.GetLeftPart(UriPartial.Authority)} by machines on the internet: "
                    + "use a storage account that they reach, or output_volumes."
            );
        }
    }

    /// <summary>Where an output of an attempt goes.</summary>
    public static string BlobName(AttemptKey attempt, string path) => attempt.Path + path;

    /// <summary>
    /// Mints the URLs of a run's first attempt before the run begins, for container <c>job-urls</c>. Those that are there and live long
    /// enough stay.
    /// </summary>
    public async Task PrepareAsync(
        string run,
        IReadOnlyList<string> outputs,
        TimeSpan life,
        TimeSpan wait,
        CancellationToken cancellationToken
    )
    {
        RequireReachable(outputs);
        if (await prepared.FindAsync(run, life, cancellationToken) is null)
        {
            // The run may have to wait for the facilitator before it can use them.
            await prepared.SaveAsync(
                run,
                await SignAsync(new AttemptKey(run, 1), outputs, life + wait, cancellationToken),
                cancellationToken
            );
        }
    }

    /// <summary>Completes a job specification with a presigned upload for each output.</summary>
    /// <param name="spec">The specification as the caller gave it.</param>
    /// <param name="life">How long the URLs have to work.</param>
    /// <param name="isPrepared">Whether URLs of the first attempt were handed out before the run began.</param>
    /// <returns>The specification to create the job with. It holds secrets.</returns>
    public async Task<ComputeHordeJobSpec> AddToAsync(
        ComputeHordeJobSpec spec,
        IReadOnlyList<string> outputs,
        AttemptKey attempt,
        TimeSpan life,
        bool isPrepared,
        CancellationToken cancellationToken
    )
    {
        if (outputs.Count == 0)
        {
            return spec;
        }

        var uploads =
            isPrepared && attempt is { Attempt: 1, OnTrustedMiner: false }
                ? await PreparedAsync(attempt, outputs, life, cancellationToken)
                : (await SignAsync(attempt, outputs, life, cancellationToken)).Uploads;
        var volumes = new OrderedDictionary<string, OutputVolume>(spec.OutputVolumes);
        foreach (var path in outputs)
        {
            var upload = uploads[path];
            volumes[path] = new HttpOutputVolume(upload.Method, upload.Url.AbsoluteUri)
            {
                SignedHeaders = upload.Headers is null ? null : new OrderedDictionary<string, string>(upload.Headers),
                FormFields = upload.FormFields is null ? null : new OrderedDictionary<string, string>(upload.FormFields),
            };
        }

        return spec with
        {
            OutputVolumes = volumes,
        };
    }

    /// <summary>Opens an output as it was inspected: where it was not hashed, that version and no other.</summary>
    public Task<Stream> OpenAsync(ContentReference output, CancellationToken cancellationToken) =>
        store.OpenAsync(output.Blob!, output.ETag, cancellationToken);

    /// <summary>Signs a download of an uploaded output, for 15 minutes. The URL is a secret: never log or store it.</summary>
    public ValueTask<Uri> SignDownloadAsync(string name, CancellationToken cancellationToken) =>
        store.SignDownloadAsync(name, DownloadLife, cancellationToken);

    /// <summary>
    /// Looks at what was uploaded: each output, null where nothing is. Hashes as many bytes in all as are configured, the smallest outputs
    /// first.
    /// </summary>
    public async Task<OrderedDictionary<string, ContentReference?>> InspectAsync(
        IReadOnlyList<string> outputs,
        AttemptKey attempt,
        CancellationToken cancellationToken
    )
    {
        var found = new StoredOutput?[outputs.Count];
        await ForEachAsync(
            Enumerable.Range(0, outputs.Count),
            async (index, token) => found[index] = await store.FindAsync(BlobName(attempt, outputs[index]), token)
        );

        var left = options.Value.MaxHashedOutputBytes;
        var hashes = new string?[outputs.Count];
        var hashed = new List<int>();
        foreach (
            var index in Enumerable.Range(0, outputs.Count).Where(index => found[index] is not null).OrderBy(index => found[index]!.Size)
        )
        {
            left -= found[index]!.Size;
            if (left < 0)
            {
                break;
            }

            hashed.Add(index);
        }

        await ForEachAsync(hashed, async (index, token) => hashes[index] = await HashAsync(BlobName(attempt, outputs[index]), token));

        var inspected = new OrderedDictionary<string, ContentReference?>();
        for (var index = 0; index < outputs.Count; index++)
        {
            inspected[outputs[index]] = found[index] is { } output
                ? new ContentReference(BlobName(attempt, outputs[index]), output.Size, hashes[index])
                {
                    Md5 = output.Md5,
                    ETag = hashes[index] is null ? output.ETag : null,
                }
                : null;
        }

        return inspected;

        Task ForEachAsync(IEnumerable<int> indexes, Func<int, CancellationToken, ValueTask> action) =>
            Parallel.ForEachAsync(
                indexes,
                new ParallelOptions { MaxDegreeOfParallelism = InspectedAtOnce, CancellationToken = cancellationToken },
                action
            );
    }

    private async Task<IReadOnlyDictionary<string, SignedUpload>> PreparedAsync(
        AttemptKey attempt,
        IReadOnlyList<string> outputs,
        TimeSpan life,
        CancellationToken cancellationToken
    )
    {
        if (await prepared.FindAsync(attempt.InstanceId, life, cancellationToken) is { } uploads && outputs.All(uploads.ContainsKey))
        {
            return uploads;
        }

        // The run began so late that the prepared URLs would not outlive its job.
        var fresh = await SignAsync(attempt, outputs, life, cancellationToken);
        await prepared.SaveAsync(attempt.InstanceId, fresh, cancellationToken);
        return fresh.Uploads;
    }

    private async Task<PreparedUploads> SignAsync(
        AttemptKey attempt,
        IReadOnlyList<string> outputs,
        TimeSpan life,
        CancellationToken cancellationToken
    )
    {
        var uploads = new Dictionary<string, SignedUpload>(StringComparer.Ordinal);
        var expires = DateTimeOffset.MaxValue;
        foreach (var path in outputs)
        {
            var upload = await store.SignAsync(BlobName(attempt, path), life, cancellationToken);
            expires = upload.ExpiresAt < expires ? upload.ExpiresAt : expires;
            uploads[path] = upload;
        }

        return new PreparedUploads(attempt.InstanceId, expires, uploads);
    }

    private async Task<string> HashAsync(string name, CancellationToken cancellationToken)
    {
        await using var content = await store.OpenAsync(name, eTag: null, cancellationToken);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken));
    }
}
