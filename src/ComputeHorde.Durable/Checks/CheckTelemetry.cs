using System.Diagnostics.Metrics;
using static ComputeHorde.Durable.Hosting.DurableTelemetry;

namespace ComputeHorde.Durable.Checks;

internal static class CheckTelemetry
{
    private static readonly Counter<long> Samples = Counters.CreateCounter<long>(
        "computehorde.samples",
        "{job}",
        "Sampling decisions, by whether the job is checked."
    );
    private static readonly Counter<long> VerdictsFound = Counters.CreateCounter<long>(
        "computehorde.verdicts",
        "{job}",
        "Checked jobs, by verdict."
    );
    private static readonly Counter<double> TrustedSeconds = Counters.CreateCounter<double>(
        "computehorde.trusted.time",
        "s",
        "Executor time on the trusted miner."
    );

    public static void Sampled(bool isSampled) => Samples.Add(1, Tag("checked", isSampled));

    public static void Checked(CheckOutcome outcome)
    {
        VerdictsFound.Add(1, Tag("verdict", outcome.Verdict));
        TrustedSeconds.Add(outcome.TrustedSeconds);
    }
}
