using ComputeHorde.Simulation.Histories;

namespace ComputeHorde.Simulation.Tests;

/// <summary>
/// Runs that were under way when a new version comes go on: today's code does what the histories of earlier versions say. A change that
/// breaks a released version needs a version of its own in the orchestrator. Those of a version that is not released yet are exported anew:
/// <c>--export &lt;version&gt;</c>.
/// </summary>
public sealed class StoredHistoryTests
{
    public static TheoryData<string> Histories => [.. StoredHistories.All];

    [Theory]
    [MemberData(nameof(Histories))]
    public void Replay_HistoryOfAnEarlierVersion_ComesOutTheSame(string file) => StoredHistories.Replay(file);
}
