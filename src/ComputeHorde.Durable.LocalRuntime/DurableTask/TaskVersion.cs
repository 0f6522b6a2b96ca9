namespace Microsoft.DurableTask;

/// <summary>The version of an orchestrator or an activity. Versions compare without regard to case.</summary>
public readonly struct TaskVersion : IEquatable<TaskVersion>
{
    /// <summary>No version.</summary>
    public static readonly TaskVersion Unversioned;

    /// <summary>Makes a version.</summary>
    /// <param name="version">The version; <see langword="null"/> stands for none.</param>
    public TaskVersion(string? version) => Version = string.IsNullOrEmpty(version) ? null! : version;

    /// <summary>The version; <see langword="null"/> when there is none.</summary>
    public string Version { get; }

    /// <summary>The version as a string.</summary>
    public static implicit operator string(TaskVersion value) => value.Version;

    /// <summary>A version from a string.</summary>
    public static implicit operator TaskVersion(string? value) => new(value);

    /// <summary>Whether two versions are equal but for case.</summary>
    public static bool operator ==(TaskVersion a, TaskVersion b) => a.Equals(b);

    /// <summary>Whether two versions differ by more than case.</summary>
    public static bool operator !=(TaskVersion a, TaskVersion b) => !a.Equals(b);

    /// <inheritdoc/>
    public bool Equals(TaskVersion other) => string.Equals(Version, other.Version, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is TaskVersion other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Version is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(Version);
}
