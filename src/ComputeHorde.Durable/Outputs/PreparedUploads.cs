namespace ComputeHorde.Durable.Outputs;

/// <summary>The content of a blob in container <c>job-urls</c>.</summary>
/// <param name="Run">The run whose first attempt uploads to these.</param>
/// <param name="ExpiresAt">When they end to work, UTC.</param>
/// <param name="Uploads">Output path to upload.</param>
internal sealed record PreparedUploads(string Run, DateTimeOffset ExpiresAt, IReadOnlyDictionary<string, SignedUpload> Uploads);
