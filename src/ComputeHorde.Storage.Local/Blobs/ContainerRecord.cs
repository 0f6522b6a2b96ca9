namespace ComputeHorde.Storage.Local.Blobs;

internal sealed record ContainerRecord(string ETag, DateTimeOffset Modified, Dictionary<string, string> Metadata);
