namespace Microsoft.DurableTask;

/// <summary>Names an orchestrator or activity class.</summary>
/// <param name="name">The name; by default the name of the class.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false, AllowMultiple = false)]
public sealed class DurableTaskAttribute(string? name = null) : Attribute
{
    /// <summary>The name; the default value when the name of the class is meant.</summary>
    public TaskName Name { get; } = string.IsNullOrEmpty(name) ? default : new TaskName(name);

    /// <summary>The version; <see langword="null"/> when there is none.</summary>
    public string? Version { get; set; }
}
