using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Sdk;

/// <summary>
/// Reads the whole list of jobs, which has no order (protocol 2.4): several times, when jobs moved within it meanwhile. A page that is too
/// large, or that the facilitator cannot show, is read in quarters, down to single jobs.
/// </summary>
internal sealed class JobIterator(JobPages pages, ILogger logger)
{
    private const int MaxPasses = 3;

    /// <summary>So many single jobs in a row that cannot be shown are the facilitator's fault, not theirs.</summary>
    private const int MaxFailuresInARow = 16;

    public async IAsyncEnumerable<ComputeHordeJob> IterateAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var pass = 1; pass <= MaxPasses; pass++)
        {
            var (before, total) = (seen.Count, 0);
            await foreach (var list in PassAsync(cancellationToken))
            {
                total = list.Count;
                foreach (var job in list.Jobs.Where(job => seen.Add(job.Uuid)))
                {
                    yield return job;
                }
            }

            if (seen.Count >= total || (pass > 1 && seen.Count == before))
            {
                yield break;
            }
        }
    }

    private async IAsyncEnumerable<JobList> PassAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (next, size, failures) = (0, JobListQuery.MaxPageSize, 0);
        var parts = new Stack<Part>([new Part(0, size)]);
        while (parts.TryPop(out var part))
        {
            var (list, error) = await TryAsync(part, cancellationToken);
            if (list is null && error is null)
            {
                yield break; // Beyond the end.
            }

            if (list is null && part.Size > 1)
            {
                size = error is ResponseTooLargeException ? Math.Min(size, part.Size / 4) : size;
                foreach (var quarter in part.Quarters().Reverse())
                {
                    parts.Push(quarter);
                }

                continue;
            }

            if (list is not null)
            {
                failures = 0;
                yield return list;
            }
            else if (++failures == MaxFailuresInARow || error is ResponseTooLargeException)
            {
                throw error!;
            }
            else
            {
                Logs.JobUnreadable(logger, error!.Message);
            }

            next = part.Offset + part.Size;
            if (list is { HasNext: false } or { HasEntries: false })
            {
                yield break;
            }

            if (parts.Count == 0)
            {
                parts.Push(new Part(next, size));
            }
        }
    }

    /// <summary>The jobs of a part; no list and no error beyond the end.</summary>
    private async Task<(JobList? List, ComputeHordeException? Error)> TryAsync(Part part, CancellationToken cancellationToken)
    {
        var query = new JobListQuery("list", "")
        {
            Page = part.Page,
            PageSize = part.Size,
            Repeats = part.Size == JobListQuery.MaxPageSize,
        };
        try
        {
            return (await pages.ListAsync(query, cancellationToken), null);
        }
        catch (ComputeHordeNotFoundException) when (part.Offset > 0)
        {
            return (null, null);
        }
        catch (ComputeHordeException error) when (error is ResponseTooLargeException || error.StatusCode == 500)
        {
            return (null, error);
        }
    }

    /// <summary>A part of the list. The offset is a multiple of the size, which is a power of four.</summary>
    private sealed record Part(int Offset, int Size)
    {
        public int Page => (Offset / Size) + 1;

        public IEnumerable<Part> Quarters()
        {
            var (offset, quarter) = (Offset, Size / 4);
            return Enumerable.Range(0, 4).Select(i => new Part(offset + (i * quarter), quarter));
        }
    }
}
