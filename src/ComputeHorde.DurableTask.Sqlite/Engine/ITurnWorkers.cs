namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>Who does the turns and the writes of a hub.</summary>
internal interface ITurnWorkers
{
    void Start();

    /// <summary>Queues an instance that has something to do.</summary>
    void Add(Instance instance);

    /// <summary>Queues something to write.</summary>
    void Add(PendingCommit item);

    /// <summary>Has somebody look at what was queued.</summary>
    void Wake();

    /// <summary>Ends; what is queued stays undone.</summary>
    void Stop();
}
