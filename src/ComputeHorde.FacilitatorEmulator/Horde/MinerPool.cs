using ComputeHorde.Emulator.Storage;
using ComputeHorde.Emulator.Wire;

namespace ComputeHorde.Emulator.Horde;

/// <summary>Routes jobs to miners in turn, minding slots, allowance and blacklist (protocol 9.3).</summary>
internal sealed class MinerPool
{
    private static readonly EmulatedMiner Trusted = new("trusted", MinerKind.Honest, Seed: 1000);
    private readonly Lock _lock = new();
    private readonly List<Desk> _desks;
    private readonly TimeProvider _time;
    private readonly bool _hasTrusted;
    private int _next;

    public MinerPool(FacilitatorEmulatorOptions options)
    {
        _time = options.TimeProvider;
        _hasTrusted = options.TrustedMiner;
        _desks = [.. options.Miners.Select(miner => new Desk(miner))];
    }

    /// <summary>The miners and what they are at: miner, running jobs, promised seconds, jobs taken in all, blacklisted until.</summary>
    public IReadOnlyList<(EmulatedMiner Miner, int Running, long Promised, long Taken, DateTimeOffset? BlacklistedUntil)> Snapshot()
    {
        lock (_lock)
        {
            return [.. _desks.Select(d => (d.Miner, d.Running, d.Promised, d.Taken, d.BlacklistedUntil))];
        }
    }

    /// <summary>The miner for a job, or how the job ends without one.</summary>
    public (EmulatedMiner? Miner, JobEnd? End) Reserve(JobRequest job)
    {
        if (job.OnTrustedMiner)
        {
            return _hasTrusted ? (Trusted, null) : (null, ScriptedEnd.MinerConnectionFailed("no trusted miner is configured"));
        }

        lock (_lock)
        {
            long needed = Needed(job);
            DateTimeOffset now = _time.GetUtcNow();
            bool someAllowance = false;
            for (int i = 0; i < _desks.Count; i++)
            {
                Desk desk = _desks[(_next + i) % _desks.Count];
                if (desk.Promised + needed > desk.Miner.AllowanceSeconds)
                {
                    continue;
                }

                someAllowance = true;
                if (!(desk.BlacklistedUntil > now) && desk.Running < (desk.Miner.Slots ?? int.MaxValue))
                {
                    _next = (_next + i + 1) % _desks.Count;
                    desk.Take(needed);
                    return (desk.Miner, null);
                }
            }

            return (null, ScriptedEnd.NoMiner(someAllowance ? "AllMinersBusy" : "NotEnoughAllowanceException"));
        }
    }

    /// <summary>Takes up a job again that a miner had before the emulator stopped.</summary>
    public EmulatedMiner? Resume(string name, JobRequest job)
    {
        if (name == Trusted.Name)
        {
            return Trusted;
        }

        lock (_lock)
        {
            Desk? desk = _desks.Find(d => d.Miner.Name == name);
            desk?.Take(Needed(job));
            return desk?.Miner;
        }
    }

    /// <summary>Gives a job's slot and allowance back.</summary>
    public void Release(EmulatedMiner miner, JobRequest job)
    {
        lock (_lock)
        {
            _desks.Find(d => d.Miner == miner)?.GiveBack(Needed(job));
        }
    }

    /// <summary>Leaves a miner out for a while.</summary>
    public void Blacklist(string name, TimeSpan duration)
    {
        lock (_lock)
        {
            Desk? desk = _desks.Find(d => d.Miner.Name == name);
            desk?.BlacklistedUntil = _time.GetUtcNow() + duration;
        }
    }

    /// <summary>True when that job has results and they were falsified, by script or by the miner's nature.</summary>
    public bool Falsified(JobRecord job)
    {
        if (job.Miner is null || job.Request.OnTrustedMiner || !job.Has(JobStatuses.Completed))
        {
            return false;
        }

        lock (_lock)
        {
            return Behaviour.Parse(job.Behaviour).Cheats
                || _desks.Exists(d => d.Miner.Name == job.Miner && d.Miner.Kind == MinerKind.Cheating);
        }
    }

    private static long Needed(JobRequest job) => Math.Max(0L, (long)job.DownloadTimeLimit + job.ExecutionTimeLimit + job.UploadTimeLimit);

    private sealed class Desk(EmulatedMiner miner)
    {
        public EmulatedMiner Miner { get; } = miner;

        public int Running { get; private set; }

        public long Promised { get; private set; }

        public long Taken { get; private set; }

        public DateTimeOffset? BlacklistedUntil { get; set; }

        public void Take(long seconds)
        {
            Running++;
            Taken++;
            Promised += seconds;
        }

        public void GiveBack(long seconds)
        {
            Running--;
            Promised -= seconds;
        }
    }
}
