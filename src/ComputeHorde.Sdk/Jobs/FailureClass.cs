namespace ComputeHorde.Sdk;

/// <summary>Who is to blame for an end that is not a completion.</summary>
public enum FailureClass
{
    /// <summary>The job is in progress or has completed.</summary>
    None,

    /// <summary>The validator or the miner refused it.</summary>
    Rejected,

    /// <summary>The job itself failed: exit code, time limit, inputs or outputs.</summary>
    JobFailed,

    /// <summary>ComputeHorde's machinery failed, including <c>failed</c> with horde failure details (protocol 9.4).</summary>
    HordeFailed,
}
