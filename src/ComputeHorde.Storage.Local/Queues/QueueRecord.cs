namespace ComputeHorde.Storage.Local.Queues;

internal sealed record QueueRecord(Dictionary<string, string> Metadata);
