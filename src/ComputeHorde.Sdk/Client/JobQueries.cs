using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Sdk;

/// <summary>Reads jobs from the facilitator (protocol 2.2, 2.4).</summary>
internal sealed class JobQueries(FacilitatorApi api, ILogger logger)
{
    /// <summary>More uuids would make the request line longer than proxies allow.</summary>
    public const int MaxUuids = 150;

    /// <summary>The facilitator's largest page.</summary>
    public const int MaxPageSize = 256;

    /// <summary>How often the unordered list is read at most to find jobs that moved while it was read.</summary>
    private const int MaxPasses = 3;

    public async Task<ComputeHordeJob> GetAsync(string uuid, CancellationToken cancellationToken)
    {
        var request = FacilitatorRequest.Get("get", $"api/v1/jobs/{Canonical(uuid)}/");
        using var answer = await api.RepeatableAsync(request, cancellationToken);
        return JobReader.Read(answer.RootElement);
    }

    public async Task<JobsPage> PageAsync(int page, int pageSize, CancellationToken cancellationToken)
    {
        var request = FacilitatorRequest.Get("list", $"api/v1/jobs/?page={page}&page_size={pageSize}");
        using var answer = await api.RepeatableAsync(request, cancellationToken);
        return ReadPage(answer.RootElement);
    }

    /// <summary>The jobs with exactly this tag, the oldest first.</summary>
    public async Task<IReadOnlyList<ComputeHordeJob>> ByTagAsync(string tag, CancellationToken cancellationToken)
    {
        var jobs = new Dictionary<string, ComputeHordeJob>(StringComparer.Ordinal);
        for (var page = 1; ; page++)
        {
            var request = FacilitatorRequest.Get("list by tag", $"api/v1/jobs/?tag={Uri.EscapeDataString(tag)}&page_size={MaxPageSize}&page={page}");
            using var answer = await api.RepeatableAsync(request, cancellationToken);
            var read = ReadPage(answer.RootElement);
            foreach (var job in read.Jobs.Where(job => job.Tag == tag))
                jobs[job.Uuid] = job;
            if (!read.HasNext)
                return [.. jobs.Values.OrderBy(job => job.CreatedAt ?? DateTimeOffset.MaxValue).ThenBy(job => job.Uuid, StringComparer.Ordinal)];
        }
    }

    public async Task<IReadOnlyList<ComputeHordeJob>> ByUuidsAsync(IEnumerable<string> uuids, CancellationToken cancellationToken)
    {
        var jobs = new Dictionary<string, ComputeHordeJob>(StringComparer.Ordinal);
        foreach (var chunk in uuids.Select(Canonical).Distinct(StringComparer.Ordinal).Chunk(MaxUuids))
            await ReadChunkAsync(chunk, jobs, cancellationToken);
        return [.. jobs.Values];
    }

    public async IAsyncEnumerable<ComputeHordeJob> IterateAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var pageSize = MaxPageSize;
        for (var pass = 1; pass <= MaxPasses; pass++)
        {
            var before = seen.Count;
            var total = 0;
            var hasNext = true;
            for (var page = 1; hasNext; page++)
            {
                var (read, isTooLarge) = await NextAsync(page, pageSize, cancellationToken);
                if (isTooLarge)
                {
                    // From the start with smaller pages; what was seen is not given again.
                    (page, pageSize) = (0, Math.Max(1, pageSize / 4));
                    continue;
                }

                if (read is null)
                    break;
                foreach (var job in read.Jobs.Where(job => seen.Add(job.Uuid)))
                    yield return job;
                (total, hasNext) = (read.TotalCount, read.HasNext);
            }

            if (seen.Count >= total || (pass > 1 && seen.Count == before))
                yield break;
        }
    }

    private async Task ReadChunkAsync(string[] uuids, Dictionary<string, ComputeHordeJob> jobs, CancellationToken cancellationToken)
    {
        var filter = string.Join('&', uuids.Select(uuid => $"uuid={uuid}"));
        var request = FacilitatorRequest.Get("list by uuid", $"api/v1/jobs/?page_size={MaxPageSize}&{filter}");
        try
        {
            using var answer = await api.RepeatableAsync(request, cancellationToken);
            foreach (var job in ReadPage(answer.RootElement).Jobs)
                jobs[job.Uuid] = job;
        }
        catch (ResponseTooLargeException) when (uuids.Length > 1)
        {
            await ReadChunkAsync(uuids[..(uuids.Length / 2)], jobs, cancellationToken);
            await ReadChunkAsync(uuids[(uuids.Length / 2)..], jobs, cancellationToken);
        }
    }

    /// <summary>A page, or null when the list has become shorter than that or the page is too large to be read.</summary>
    private async Task<(JobsPage? Page, bool IsTooLarge)> NextAsync(int page, int pageSize, CancellationToken cancellationToken)
    {
        try
        {
            return (await PageAsync(page, pageSize, cancellationToken), false);
        }
        catch (ComputeHordeNotFoundException) when (page > 1)
        {
            return (null, false);
        }
        catch (ResponseTooLargeException) when (pageSize > 1)
        {
            return (null, true);
        }
    }

    private JobsPage ReadPage(JsonElement body)
    {
        if (body.Member("results").ValueKind != JsonValueKind.Array)
            throw new ComputeHordeProtocolException("A job list must be an object with an array of results.");
        var jobs = new List<ComputeHordeJob>();
        foreach (var item in body.Member("results").Items())
        {
            try
            {
                jobs.Add(JobReader.Read(item));
            }
            catch (ComputeHordeProtocolException error)
            {
                Logs.JobUnreadable(logger, error.Message);
            }
        }

        return new JobsPage(jobs, body.Integer("count") ?? jobs.Count, body.Text("next") is { Length: > 0 });
    }

    private static string Canonical(string uuid) =>
        Guid.TryParse(uuid, out var parsed) ? parsed.ToString("D") : throw new ComputeHordeValidationException("uuid", "must be a UUID.");
}
