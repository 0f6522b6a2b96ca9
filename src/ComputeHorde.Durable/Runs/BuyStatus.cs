namespace ComputeHorde.Durable.Runs;

/// <summary>Whether a job was bought, and what waiting is good for.</summary>
internal enum BuyStatus
{
    /// <summary>There is a job.</summary>
    Bought,

    /// <summary>Not now: somebody who is needed does not answer. It is waited for as long as it takes.</summary>
    Unreachable,

    /// <summary>Not now: no validator is connected that could take the job. Room is waited for.</summary>
    NoValidator,

    /// <summary>
    /// Not now: the facilitator answers, and says no. That may pass (keys, allow-lists, a bad release), and is waited for under a bound.
    /// </summary>
    Refused,

    /// <summary>The fallback provider has no machine for it: none is free, or it is too dear, or not allowed. Nothing was paid.</summary>
    NoMachine,

    /// <summary>Never.</summary>
    Impossible,
}
