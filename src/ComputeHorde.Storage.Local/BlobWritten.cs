namespace ComputeHorde.Storage.Local;

/// <summary>News: a blob was written, whole or its metadata or properties.</summary>
/// <param name="Container">The container.</param>
/// <param name="Name">The blob's name.</param>
public sealed record BlobWritten(string Container, string Name);
