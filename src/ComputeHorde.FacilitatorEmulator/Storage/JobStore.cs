using System.Collections.Concurrent;

namespace ComputeHorde.Emulator.Storage;

/// <summary>All jobs in memory, in the order in which an unordered PostgreSQL table would give them.</summary>
internal sealed class JobStore
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<Guid, JobRecord> _jobs = new();
    private readonly Dictionary<string, SortedDictionary<long, JobRecord>> _byHotkey = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Hotkey, string Tag), List<JobRecord>> _byTag = [];
    private long _order;

    /// <summary>Adds a job at the table's end.</summary>
    public void Add(JobRecord job)
    {
        lock (_lock)
        {
            job.HeapOrder = ++_order;
            if (!_byHotkey.TryGetValue(job.Hotkey, out SortedDictionary<long, JobRecord>? jobs))
            {
                _byHotkey[job.Hotkey] = jobs = [];
            }

            jobs[job.HeapOrder] = job;
            if (!_byTag.TryGetValue((job.Hotkey, job.Request.Tag), out List<JobRecord>? tagged))
            {
                _byTag[(job.Hotkey, job.Request.Tag)] = tagged = [];
            }

            tagged.Add(job);
            _jobs[job.Uuid] = job;
        }
    }

    /// <summary>Moves an updated row to the table's end.</summary>
    public void MoveToEnd(JobRecord job)
    {
        lock (_lock)
        {
            if (_byHotkey.TryGetValue(job.Hotkey, out SortedDictionary<long, JobRecord>? jobs) && jobs.Remove(job.HeapOrder))
            {
                job.HeapOrder = ++_order;
                jobs[job.HeapOrder] = job;
            }
        }
    }

    /// <summary>Forgets a job, as the eviction task does after seven days.</summary>
    public bool Remove(Guid uuid)
    {
        lock (_lock)
        {
            if (!_jobs.TryRemove(uuid, out JobRecord? job))
            {
                return false;
            }

            _byHotkey[job.Hotkey].Remove(job.HeapOrder);
            _byTag[(job.Hotkey, job.Request.Tag)].Remove(job);
            return true;
        }
    }

    /// <summary>The job with that uuid if it belongs to <paramref name="hotkey"/>.</summary>
    public JobRecord? Find(string hotkey, Guid uuid) => _jobs.TryGetValue(uuid, out JobRecord? job) && job.Hotkey == hotkey ? job : null;

    /// <summary>The job with that uuid, whosever it is.</summary>
    public JobRecord? Find(Guid uuid) => _jobs.GetValueOrDefault(uuid);

    /// <summary>All jobs of all hotkeys, oldest first.</summary>
    public IReadOnlyList<JobRecord> All() => [.. _jobs.Values.OrderBy(j => j.CreatedAt).ThenBy(j => j.Uuid)];

    /// <summary>One page of a filtered list. Null filters do not filter.</summary>
    public (int Count, IReadOnlyList<JobRecord> Page) List(
        string hotkey,
        string? tag,
        IReadOnlyList<Guid>? uuids,
        Func<int, (int Skip, int Take)?> page
    )
    {
        lock (_lock)
        {
            if (uuids is null && tag is null)
            {
                SortedDictionary<long, JobRecord>? jobs = _byHotkey.GetValueOrDefault(hotkey);
                int all = jobs?.Count ?? 0;
                return (all, page(all) is var (skip, take) && jobs is not null ? [.. jobs.Values.Skip(skip).Take(take)] : []);
            }

            IEnumerable<JobRecord> found = uuids is null
                ? _byTag.GetValueOrDefault((hotkey, tag!)) ?? []
                : uuids
                    .Distinct()
                    .Select(uuid => Find(hotkey, uuid))
                    .OfType<JobRecord>()
                    .Where(job => tag is null || job.Request.Tag == tag);
            JobRecord[] rows = [.. found.OrderBy(job => job.HeapOrder)];
            return (
                rows.Length,
                page(rows.Length) is var (from, count) ? rows[Math.Min(from, rows.Length)..Math.Min(from + count, rows.Length)] : []
            );
        }
    }
}
