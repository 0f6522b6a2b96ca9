using System.ComponentModel.DataAnnotations;

namespace ComputeHorde.Durable.Configuration;

/// <summary>Settings of the orchestrations: configuration section <c>ComputeHorde</c> (as environment variables <c>ComputeHorde__Name</c>).</summary>
public sealed class DurableOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "ComputeHorde";

    /// <summary>Seconds between two looks at a job whose status changed a moment ago. The timer that polls must not be slower.</summary>
    /// <value>5 seconds.</value>
    [Range(0.05, 3600)]
    public double PollIntervalSeconds { get; set; } = 5;

    /// <summary>Seconds between two looks at a job that has not changed for long; the interval grows towards it with a tenth of the job's silence.</summary>
    /// <value>60 seconds.</value>
    [Range(0.05, 3600)]
    public double MaxPollIntervalSeconds { get; set; } = 60;

    /// <summary>Seconds for which a create request of a process that has died may still be on its way; until then a second one waits.</summary>
    /// <value>60 seconds.</value>
    [Range(0, 3600)]
    public double CreateFenceSeconds { get; set; } = 60;

    /// <summary>Seconds that a presigned output URL lives longer than the job's own bound.</summary>
    /// <value>3600 seconds.</value>
    [Range(60, 604800)]
    public int OutputUrlMarginSeconds { get; set; } = 3600;

    /// <summary>The largest output, in bytes, that is read back to compute its SHA-256; larger ones carry size and MD5 only.</summary>
    /// <value>1 GiB.</value>
    [Range(0, long.MaxValue)]
    public long MaxHashedOutputBytes { get; set; } = 1L << 30;

    /// <summary>Trusted executor seconds that <c>budgeted</c> sampling may spend in any hour.</summary>
    /// <value>3600 seconds.</value>
    [Range(0, 1e9)]
    public double TrustedSecondsPerHour { get; set; } = 3600;

    /// <summary>The share of jobs that is checked, at least, in a namespace where one was caught lately.</summary>
    /// <value>0.5.</value>
    [Range(0, 1)]
    public double SuspectRate { get; set; } = 0.5;

    /// <summary>How many samples in a row have to be clean before a namespace is no longer under suspicion.</summary>
    /// <value>20.</value>
    [Range(1, 1_000_000)]
    public int CleanSamplesToTrust { get; set; } = 20;
}
