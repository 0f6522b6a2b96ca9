namespace ComputeHorde.Durable.LocalRuntime.FunctionsHost;

/// <summary>Watches for what starts one function. Its loop ends when the token is cancelled, with running work left to the drain.</summary>
internal interface IFunctionListener
{
    /// <summary>Names what is listened to, for logs.</summary>
    string Resource { get; }

    Task RunAsync(CancellationToken stopping);
}
