namespace Microsoft.DurableTask;

/// <summary>How an orchestration starts over.</summary>
public class ContinueAsNewOptions
{
    /// <summary>The input of the next run.</summary>
    public object? NewInput { get; set; }

    /// <summary>Whether external events that nobody has taken go to the next run.</summary>
    /// <value>Default: <see langword="true"/>.</value>
    public bool PreserveUnprocessedEvents { get; set; } = true;

    /// <summary>The version of the next run; <see langword="null"/> keeps the present one.</summary>
    public string? NewVersion { get; set; }
}
