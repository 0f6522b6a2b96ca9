namespace ComputeHorde.Durable.LocalHost.Doctor;

/// <summary>What was found out about one thing.</summary>
/// <param name="Level">How it is.</param>
/// <param name="What">The thing.</param>
/// <param name="Text">What was found, and what to do.</param>
internal sealed record Finding(Level Level, string What, string Text);

internal enum Level
{
    Ok,

    /// <summary>Some commands need it.</summary>
    Optional,

    /// <summary>Nothing works without it.</summary>
    Missing,
}
