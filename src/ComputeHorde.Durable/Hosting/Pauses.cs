namespace ComputeHorde.Durable.Hosting;

/// <summary>How long to wait before something is tried again.</summary>
internal static class Pauses
{
    /// <summary>The first pause after something did not answer.</summary>
    public static readonly TimeSpan First = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The longest pause while somebody does not answer: an outage of days adds a few events an hour to a history, and its end is noticed
    /// soon.
    /// </summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    /// <summary>Doubles with each round.</summary>
    /// <param name="first">The pause of round 0.</param>
    /// <param name="round">How many pauses there were before.</param>
    /// <param name="longest">The longest.</param>
    public static TimeSpan Grow(TimeSpan first, int round, TimeSpan longest) =>
        round > 20 || first * (1 << round) > longest ? longest : first * (1 << round);
}
