namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>A message on its way to an instance. It is stored already, or becomes durable with the turn that takes it.</summary>
/// <param name="Event">What it says; null only wakes the instance.</param>
/// <param name="StoredId">Its number in the store; zero when it is not stored.</param>
/// <param name="Key">The key of the instance it is for; zero for whichever has the id.</param>
/// <param name="Generation">The execution it is for; -1 for whichever runs.</param>
/// <param name="Acknowledge">Completed when the message cannot be lost any more.</param>
internal readonly record struct Message(
    HistoryEvent? Event,
    long StoredId = 0,
    long Key = 0,
    int Generation = -1,
    TaskCompletionSource? Acknowledge = null
);
