using ComputeHorde.Durable.Hosting;

namespace ComputeHorde.Durable.Limits;

/// <summary>Use and bound of one namespace, as it is shown.</summary>
/// <param name="Namespace">The namespace; empty for none.</param>
/// <param name="Limits">What the settings allow; requests may ask for less.</param>
internal sealed record LimitView(string Namespace, NamespaceLimits Limits)
{
    public int InFlight { get; init; }

    public int Waiting { get; init; }

    public double ExecutorSecondsLastDay { get; init; }

    public double TrustedSecondsLastHour { get; init; }
}
