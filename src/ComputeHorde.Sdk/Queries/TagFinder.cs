namespace ComputeHorde.Sdk;

/// <summary>
/// Finds the jobs that are stored under a tag. Money hangs on the answer "none": it is given only when the facilitator says so clearly,
/// never for entries that cannot be read or that are not what was asked for.
/// </summary>
internal sealed class TagFinder(JobPages pages)
{
    /// <summary>The jobs with exactly this tag, the oldest first; empty only when there is none.</summary>
    /// <exception cref="ComputeHordeException">Whether there are jobs could not be found out. Transient.</exception>
    public async Task<IReadOnlyList<ComputeHordeJob>> FindAsync(string tag, CancellationToken cancellationToken)
    {
        var query = new JobListQuery("list by tag", $"&tag={Uri.EscapeDataString(tag)}");
        var jobs = new Dictionary<string, ComputeHordeJob>(StringComparer.Ordinal);
        var isClear = true;
        for (var hasNext = true; hasNext; query = query with { Page = query.Page + 1 })
        {
            JobList list;
            try
            {
                list = await pages.ListAsync(query, cancellationToken);
            }
            catch (ResponseTooLargeException) when (query.PageSize > 1)
            {
                // From the start with smaller pages.
                query = query with
                {
                    Page = 0,
                    PageSize = query.PageSize / 4,
                };
                continue;
            }
            catch (ComputeHordeNotFoundException error)
            {
                throw new ComputeHordeProtocolException(
                    $"The jobs with the tag '{tag}' are not known: {error.Message}",
                    isTransient: true,
                    error
                );
            }

            foreach (var job in list.Jobs.Where(job => job.Tag == tag))
            {
                jobs[job.Uuid] = job;
            }

            isClear &=
                list.Unreadable == 0 && list.Jobs.All(job => job.Tag == tag) && (list.Jobs.Count > 0 || list.IsEmpty || query.Page > 1);
            hasNext = list is { HasNext: true, HasEntries: true };
        }

        return jobs.Count > 0 || isClear
            ? [.. jobs.Values.OrderBy(job => job.CreatedAt ?? DateTimeOffset.MaxValue).ThenBy(job => job.Uuid, StringComparer.Ordinal)]
            : throw new ComputeHordeProtocolException(
                $"The jobs with the tag '{tag}' are not known: the facilitator's answer has entries that cannot be read or are not of this tag.",
                isTransient: true
            );
    }
}
