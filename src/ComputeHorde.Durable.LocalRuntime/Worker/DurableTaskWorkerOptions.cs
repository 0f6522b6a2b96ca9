namespace Microsoft.DurableTask.Worker;

/// <summary>Settings of what runs orchestrators and activities.</summary>
public class DurableTaskWorkerOptions
{
    /// <summary>What to do with an orchestration of a version that does not match.</summary>
    public enum VersionFailureStrategy
    {
        /// <summary>Leave it as it is, for a worker that matches.</summary>
        Reject = 0,

        /// <summary>Fail it with the error type <c>VersionMismatch</c>.</summary>
        Fail = 1,
    }

    /// <summary>Which versions of orchestrations match.</summary>
    public enum VersionMatchStrategy
    {
        /// <summary>All.</summary>
        None = 0,

        /// <summary>Only that of the worker.</summary>
        Strict = 1,

        /// <summary>That of the worker and those before it.</summary>
        CurrentOrOlder = 2,
    }

    /// <summary>Which versions are run, and which is given to sub-orchestrations.</summary>
    /// <value>Default: <see langword="null"/>, all versions and none.</value>
    public VersioningOptions? Versioning { get; set; }

    /// <summary>Whether <see cref="Versioning"/> is given.</summary>
    public bool IsVersioningSet => Versioning is not null;

    /// <summary>How versions are treated.</summary>
    public class VersioningOptions
    {
        /// <summary>The version of the worker.</summary>
        /// <value>Default: empty.</value>
        public string Version { get; set; } = "";

        /// <summary>The version of sub-orchestrations that are called without one.</summary>
        /// <value>Default: empty, none.</value>
        public string DefaultVersion { get; set; } = "";

        /// <summary>Which versions of orchestrations are run.</summary>
        /// <value>Default: <see cref="VersionMatchStrategy.None"/>, all.</value>
        public VersionMatchStrategy MatchStrategy { get; set; } = VersionMatchStrategy.None;

        /// <summary>What becomes of the others.</summary>
        /// <value>Default: <see cref="VersionFailureStrategy.Reject"/>.</value>
        public VersionFailureStrategy FailureStrategy { get; set; } = VersionFailureStrategy.Reject;
    }
}
