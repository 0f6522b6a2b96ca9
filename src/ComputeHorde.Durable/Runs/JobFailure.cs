namespace ComputeHorde.Durable.Runs;

/// <summary>Why an attempt did not complete.</summary>
/// <param name="Class">One of <see cref="FailureClasses"/>.</param>
/// <param name="Reason">The protocol's reason, for example <c>busy</c>; ours for <c>lost</c>, <c>stuck</c> and <c>not_created</c>.</param>
/// <param name="Message">The protocol's message, cut to 500 characters.</param>
internal sealed record JobFailure(string Class, string? Reason, string? Message)
{
    /// <summary>Who rejected or reported it: <c>validator</c>, <c>miner</c>, <c>executor</c>.</summary>
    public string? By { get; init; }

    /// <summary>The stage in which the job failed, for example <c>execution</c>.</summary>
    public string? Stage { get; init; }

    /// <summary>The exit status of the container, when it ran to an end.</summary>
    public int? ExitStatus { get; init; }

    /// <summary>
    /// Whether the request itself caused it although the horde reported it, for example a volume whose URL answers 404 (protocol 5.4).
    /// </summary>
    public bool CausedByRequest { get; init; }
}
