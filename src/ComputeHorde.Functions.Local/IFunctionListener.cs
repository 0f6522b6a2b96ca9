namespace ComputeHorde.Functions.Local;

/// <summary>Watches for what starts one function. Its loop ends when the token is cancelled, with running work left to the drain.</summary>
internal interface IFunctionListener
{
    /// <summary>Names what is listened to, for logs.</summary>
    string Resource { get; }

    /// <summary>Whether that could be reached when it was last tried.</summary>
    bool IsReachable { get; }

    /// <summary>Makes the queue or container, so that others can use it as soon as the host has started. Where that fails the loop
    /// tries again, and says so.</summary>
    Task PrepareAsync(CancellationToken cancellation);

    Task RunAsync(CancellationToken stopping);
}
