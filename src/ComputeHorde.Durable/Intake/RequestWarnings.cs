using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.Intake;

/// <summary>Says beforehand what ComputeHorde will hardly give, so that nobody learns it by a paid failure.</summary>
internal static class RequestWarnings
{
    /// <summary>A miner ends an executor this long after it was reserved, whatever the job's own limits are (protocol 9.2).</summary>
    private const int MostSeconds = 20 * 60;

    public static IReadOnlyList<string> Of(ComputeHordeJobSpec spec)
    {
        var warnings = new List<string>();
        var seconds = spec.ExpectedToEndWithin().TotalSeconds;
        if (seconds > MostSeconds)
        {
            warnings.Add(
                $"The job may take {seconds:0} s by its limits; miners end an executor {MostSeconds} s after it was reserved, whatever they are."
            );
        }

        if (!ExecutorClass.All.Contains(spec.ExecutorClass))
        {
            warnings.Add(
                $"The executor class '{spec.ExecutorClass}' is none that this version knows: whether any miner has it is not known."
            );
        }

        return warnings;
    }
}
