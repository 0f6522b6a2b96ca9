using ComputeHorde.Emulator.Horde;

namespace ComputeHorde.Emulator.Executor;

/// <summary>The executor gives up; <see cref="End"/> is how the job ends.</summary>
internal sealed class ExecutorException : Exception
{
    public ExecutorException(JobEnd end)
        : base($"The job ends {end.Status}.") => End = end;

    public ExecutorException(JobEnd end, Exception innerException)
        : base($"The job ends {end.Status}.", innerException) => End = end;

    public JobEnd End { get; }
}
