namespace ComputeHorde.Durable.Checks;

/// <summary>The answer of an activity that may have to be asked again.</summary>
internal interface INotNow
{
    /// <summary>Who does not answer at the moment; null when this is the answer.</summary>
    string? NotNow { get; }
}
