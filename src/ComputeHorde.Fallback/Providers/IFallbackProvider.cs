namespace ComputeHorde.Fallback;

/// <summary>
/// Rents machines for one job each. A provider knows nothing of jobs: what a machine does it learns from its start command, and what became
/// of the job is read from storage. Every method throws <see cref="FallbackException"/> when the answer is not known, and never takes that
/// for "no".
/// </summary>
public interface IFallbackProvider
{
    /// <summary>Its name, as it stands in outcomes: <c>runpod</c>, <c>container-apps</c>.</summary>
    string Name { get; }

    /// <summary>Says what machines of an executor class cost now.</summary>
    /// <param name="executorClass">One of <see cref="Sdk.ExecutorClass"/>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The offers, the cheapest first. Empty when the provider has no machine of the class at the moment.</returns>
    /// <exception cref="FallbackException"><see cref="FallbackFailure.NoMapping"/>: it never has.</exception>
    Task<IReadOnlyList<MachineOffer>> GetOffersAsync(string executorClass, CancellationToken cancellationToken = default);

    /// <summary>
    /// Rents a machine. Called once for a plan; afterwards the machine is looked up by its name before this is called again.
    /// </summary>
    /// <param name="plan">What to start.</param>
    /// <param name="offer">On which kind of machine.</param>
    /// <param name="cancellationToken">Ends the call; the machine may exist all the same.</param>
    /// <returns>The machine.</returns>
    /// <exception cref="FallbackException">
    /// <see cref="FallbackFailure.NoCapacity"/>: another offer may be taken. <see cref="FallbackFailure.Unknown"/>: the machine may exist.
    /// </exception>
    Task<Machine> CreateAsync(MachinePlan plan, MachineOffer offer, CancellationToken cancellationToken = default);

    /// <summary>Completes a creation whose answer was lost: starts a machine that exists and was never started.</summary>
    /// <param name="id">Its <see cref="Machine.Id"/>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>A task that completes when it has been started, now or before.</returns>
    Task EnsureStartedAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Looks at one machine.</summary>
    /// <param name="id">Its <see cref="Machine.Id"/>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The machine; null only when the provider says clearly that it has none of this id.</returns>
    Task<Machine?> GetAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Lists the machines whose names begin with a text, with one request for all of them. A machine that was made a moment ago may be
    /// missing.
    /// </summary>
    /// <param name="prefix">Begins their names.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The machines, in no order.</returns>
    Task<IReadOnlyList<Machine>> ListAsync(string prefix, CancellationToken cancellationToken = default);

    /// <summary>Ends a machine and what it costs.</summary>
    /// <param name="id">Its <see cref="Machine.Id"/>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>A task that completes when the provider has said that the machine is gone, now or before.</returns>
    Task TerminateAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Reads the end of what a machine printed; for diagnosis only.</summary>
    /// <param name="id">Its <see cref="Machine.Id"/>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>At most 64 KiB; empty where nothing can be read.</returns>
    Task<string> ReadLogsAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Asks what a machine has really cost.</summary>
    /// <param name="id">Its <see cref="Machine.Id"/>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>US dollars; null where the provider does not tell, or not yet.</returns>
    Task<decimal?> GetCostAsync(string id, CancellationToken cancellationToken = default);
}
