namespace ComputeHorde.Storage.Local;

/// <summary>News: a blob was written, whole or its metadata or properties.</summary>
/// <param name="Container">The container.</param>
/// <param name="Name">The blob's name.</param>
/// <param name="ETag">The ETag of what was written, in quotes.</param>
public sealed record BlobWritten(string Container, string Name, string ETag);
