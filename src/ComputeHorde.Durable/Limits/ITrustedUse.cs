namespace ComputeHorde.Durable.Limits;

/// <summary>What checks have spent on trusted miners, told to whoever shows limits.</summary>
internal interface ITrustedUse
{
    /// <summary>Trusted seconds reserved in the last hour, by namespace.</summary>
    Task<IReadOnlyDictionary<string, double>> LastHourAsync(CancellationToken cancellationToken);
}
