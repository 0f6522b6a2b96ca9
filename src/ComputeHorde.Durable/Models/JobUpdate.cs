namespace ComputeHorde.Durable.Models;

/// <summary>What an orchestrator is told about a job: the payload of the external event <c>JobUpdated</c>. Never holds output or secrets.</summary>
/// <param name="JobUuid">The job, as the facilitator names it.</param>
/// <param name="Attempt">The attempt that bought it, counted from 1.</param>
/// <param name="History">Every status so far, oldest first.</param>
/// <param name="Failure">Why it failed; null while it runs and when it completed.</param>
public sealed record JobUpdate(string JobUuid, int Attempt, IReadOnlyList<StatusChange> History, JobFailure? Failure)
{
    /// <summary>The name of the external event.</summary>
    public const string EventName = "JobUpdated";

    /// <summary>Where a streaming job serves, while it does (protocol 6.6).</summary>
    public StreamingEndpoint? Streaming { get; init; }

    /// <summary>Says that the facilitator no longer has the job.</summary>
    internal static JobUpdate Gone(string jobUuid, int attempt) =>
        new(jobUuid, attempt, [], new JobFailure(FailureClasses.Lost, "gone", "The facilitator no longer has the job; it keeps jobs for 7 days."));

    /// <summary>Whether the job completed with success.</summary>
    public bool IsCompleted { get; init; }

    /// <summary>Whether the job has ended, well or not.</summary>
    public bool HasEnded => IsCompleted || Failure is not null;
}

/// <summary>One entry of a job's status history.</summary>
/// <param name="Status">The status as the facilitator wrote it, also when it is one we do not know.</param>
/// <param name="At">When the facilitator recorded it, UTC.</param>
public sealed record StatusChange(string Status, DateTimeOffset At);

/// <summary>Why an attempt did not complete.</summary>
/// <param name="Class">One of <see cref="FailureClasses"/>.</param>
/// <param name="Reason">The protocol's reason, for example <c>busy</c>; ours for <c>lost</c>, <c>stuck</c> and <c>not_created</c>.</param>
/// <param name="Message">The protocol's message, cut to 500 characters.</param>
public sealed record JobFailure(string Class, string? Reason, string? Message)
{
    /// <summary>Who rejected or reported it: <c>validator</c>, <c>miner</c>, <c>executor</c>.</summary>
    public string? By { get; init; }

    /// <summary>The stage in which the job failed, for example <c>execution</c>.</summary>
    public string? Stage { get; init; }

    /// <summary>The exit status of the container, when it ran to an end.</summary>
    public int? ExitStatus { get; init; }

    /// <summary>Whether the request itself caused it although the horde reported it, for example a volume whose URL answers 404 (protocol 5.4).</summary>
    public bool CausedByRequest { get; init; }
}
