using ComputeHorde.Emulator.Python;

namespace ComputeHorde.Emulator.Storage;

/// <summary>One entry of a job's history (protocol 5.3).</summary>
internal sealed record StatusEntry(string Status, PyDict Metadata, DateTimeOffset CreatedAt);
