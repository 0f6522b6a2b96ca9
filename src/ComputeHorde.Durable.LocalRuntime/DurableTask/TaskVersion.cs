namespace Microsoft.DurableTask;

/// <summary>The version of an orchestrator or an activity. Versions compare without regard to case.</summary>
public readonly struct TaskVersion : IEquatable<TaskVersion>
{
    /// <summary>No version.</summary>
    public static readonly TaskVersion Unversioned;

    private readonly string? _value;

    /// <summary>Makes a version.</summary>
    /// <param name="version">The version; <see langword="null"/> or an empty string stands for none.</param>
    /// <exception cref="ArgumentException">The version is white space only.</exception>
    public TaskVersion(string? version)
    {
        if (!string.IsNullOrEmpty(version) && string.IsNullOrWhiteSpace(version))
        {
            throw new ArgumentException("A version must not be whitespace only; null or an empty string stands for none.", nameof(version));
        }

        _value = string.IsNullOrEmpty(version) ? null : version;
    }

    /// <summary>The version; empty when there is none, never <see langword="null"/>.</summary>
    public string Version => _value ?? "";

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
    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(Version);
}
