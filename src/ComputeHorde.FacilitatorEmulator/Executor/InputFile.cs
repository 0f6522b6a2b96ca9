namespace ComputeHorde.Emulator.Executor;

/// <summary>A file below <c>/volume/</c> in the container: what is kept of it is what the pretend images need.</summary>
internal sealed record InputFile(string Path, long Size, string Sha256);
