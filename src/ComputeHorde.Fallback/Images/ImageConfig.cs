namespace ComputeHorde.Fallback;

/// <summary>What an image says of how it is run.</summary>
/// <param name="Reference">The image, pinned by its digest.</param>
/// <param name="Entrypoint">Its ENTRYPOINT; empty for none.</param>
/// <param name="Cmd">Its CMD; empty for none.</param>
/// <param name="WorkingDir">Its WORKDIR; empty for the root folder.</param>
internal sealed record ImageConfig(string Reference, IReadOnlyList<string> Entrypoint, IReadOnlyList<string> Cmd, string WorkingDir)
{
    /// <summary>What runs: arguments replace CMD when there are any, ENTRYPOINT stays.</summary>
    /// <exception cref="FallbackException">There is nothing to run.</exception>
    public IReadOnlyList<string> CommandFor(IReadOnlyList<string> args)
    {
        IReadOnlyList<string> command = [.. Entrypoint, .. args.Count > 0 ? args : Cmd];
        return command.Count > 0
            ? command
            : throw new FallbackException(
                FallbackFailure.Job,
                "args: the image has neither ENTRYPOINT nor CMD, so args must say what to run."
            );
    }
}
