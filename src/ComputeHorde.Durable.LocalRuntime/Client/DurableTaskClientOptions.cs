namespace Microsoft.DurableTask.Client;

/// <summary>Settings of a client.</summary>
public class DurableTaskClientOptions
{
    /// <summary>The version of orchestrations that are started without one.</summary>
    /// <value>Default: empty, none.</value>
    public string DefaultVersion { get; set; } = "";
}
