namespace ComputeHorde.Storage.Local;

/// <summary>News: a queue message can be received now or later, unless it is deleted before.</summary>
/// <param name="Queue">The queue.</param>
/// <param name="Due">When, by the storage's clock.</param>
public sealed record MessageAvailable(string Queue, DateTimeOffset Due);
