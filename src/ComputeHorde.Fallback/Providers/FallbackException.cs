using ComputeHorde.Sdk;

namespace ComputeHorde.Fallback;

/// <summary>A job could not be run, looked at or ended. Messages never hold keys, tokens or presigned URLs' queries.</summary>
public sealed class FallbackException : ComputeHordeException
{
    /// <summary>Creates the error.</summary>
    /// <param name="failure">What kind of failure it is.</param>
    /// <param name="message">What went wrong, where, and what can be done.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public FallbackException(FallbackFailure failure, string message, Exception? innerException = null)
        : base(message, failure == FallbackFailure.Unknown, innerException) => Failure = failure;

    /// <summary>What kind of failure it is.</summary>
    public FallbackFailure Failure { get; }

    /// <summary>The protocol's reason that comes nearest (protocol 9.3), for outcomes.</summary>
    public string Reason =>
        Failure switch
        {
            FallbackFailure.NoCapacity => "no_miner_for_job",
            FallbackFailure.NoMapping => "no_machine_for_class",
            FallbackFailure.Account => "provider_account_refused",
            FallbackFailure.Price => "price_above_cap",
            FallbackFailure.Job => "job_not_portable",
            _ => "generic_error",
        };

    internal static FallbackException NoAnswerYet() =>
        new(
            FallbackFailure.Unknown,
            "A request for this job's machine was sent a moment ago and has no answer; waiting until it cannot arrive any more."
        );
}
