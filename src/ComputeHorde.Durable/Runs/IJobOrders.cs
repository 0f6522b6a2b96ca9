namespace ComputeHorde.Durable.Runs;

/// <summary>Gives the order behind a stored request. The intake does: it alone knows how requests are written.</summary>
internal interface IJobOrders
{
    /// <exception cref="Azure.RequestFailedException">Status 404: the request is not stored (any more).</exception>
    /// <exception cref="InvalidDataException">The stored request is not the one that was accepted.</exception>
    Task<JobOrder> LoadAsync(string requestId, string sha256, CancellationToken cancellationToken);
}
