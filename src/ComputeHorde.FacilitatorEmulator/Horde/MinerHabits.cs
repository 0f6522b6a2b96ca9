using ComputeHorde.Emulator.Storage;

namespace ComputeHorde.Emulator.Horde;

/// <summary>Turns what a miner is like into a job's behaviour, where the job's own script says nothing.</summary>
internal static class MinerHabits
{
    private const double FlakyRate = 0.3;

    private static readonly string[] FlakyEnds =
    [
        "horde_failed:executor_disconnected",
        "horde_failed:executor_spinup_failed",
        "horde_failed:generic_error",
        "failed:miner_connection_failed",
        "failed:execution_timed_out",
    ];

    /// <summary>The behaviour of <paramref name="job"/> on <paramref name="miner"/>.</summary>
    public static Behaviour Apply(Behaviour scripted, EmulatedMiner miner, JobRecord job) =>
        miner.Kind switch
        {
            MinerKind.Cheating => Behaviour.Parse(scripted.Text + "+cheat"),
            MinerKind.Slow => Behaviour.Parse(scripted.Text + "+slow:5"),
            MinerKind.Flaky
                when scripted.End is null
                    && BehaviourBook.Chance($"{miner.Seed}|{job.Request.Tag}|{job.Uuid}") is < FlakyRate and double chance =>
                Behaviour.Parse($"{scripted.Text}+{FlakyEnds[(int)(chance / FlakyRate * FlakyEnds.Length)]}"),
            _ => scripted,
        };
}
