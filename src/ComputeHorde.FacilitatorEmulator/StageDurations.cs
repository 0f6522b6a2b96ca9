namespace ComputeHorde.Emulator;

/// <summary>How long each step of a normal job takes, before <see cref="FacilitatorEmulatorOptions.Speed"/> (protocol 9.1).</summary>
public sealed class StageDurations
{
    /// <summary>From <c>sent</c> to <c>received</c>.</summary>
    /// <value>The default is 0.2 s.</value>
    public TimeSpan Received { get; set; } = TimeSpan.FromSeconds(0.2);

    /// <summary>From <c>received</c> to the miner's answer.</summary>
    /// <value>The default is 0.5 s.</value>
    public TimeSpan Accepted { get; set; } = TimeSpan.FromSeconds(0.5);

    /// <summary>From <c>accepted</c> to <c>executor_ready</c>: start-up and image pull.</summary>
    /// <value>The default is 1 s.</value>
    public TimeSpan ExecutorReady { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Added to <see cref="ExecutorReady"/> for spin-up classes.</summary>
    /// <value>The default is 20 s.</value>
    public TimeSpan SpinUp { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Added to the real time that fetching the inputs takes.</summary>
    /// <value>The default is 0.2 s.</value>
    public TimeSpan Volumes { get; set; } = TimeSpan.FromSeconds(0.2);

    /// <summary>Start of the streaming server.</summary>
    /// <value>The default is 0.5 s.</value>
    public TimeSpan Streaming { get; set; } = TimeSpan.FromSeconds(0.5);

    /// <summary>
    /// How long a streaming job whose image sets no run time serves before it ends by itself, within its execution limit. Clients look for
    /// the server every few seconds.
    /// </summary>
    /// <value>The default is 10 s.</value>
    public TimeSpan Serving { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Run time of a job whose image sets none (<c>sleep</c> does).</summary>
    /// <value>The default is 1 s.</value>
    public TimeSpan Execution { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Added to the real time that the uploads take.</summary>
    /// <value>The default is 0.2 s.</value>
    public TimeSpan Upload { get; set; } = TimeSpan.FromSeconds(0.2);
}
