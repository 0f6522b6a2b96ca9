namespace ComputeHorde.Emulator.Facilitator;

/// <summary>
/// A request on which the real facilitator breaks: it answers with an HTML page that explains nothing. With
/// <see cref="FacilitatorEmulatorOptions.Kind"/> the message is sent instead, with status 400.
/// </summary>
internal sealed class UnkindException : Exception
{
    public UnkindException(string message)
        : base(message) { }

    public UnkindException() { }

    public UnkindException(string message, Exception innerException)
        : base(message, innerException) { }

    /// <summary>The status that the real facilitator answers with: 500, or 400 for an oversized body.</summary>
    public int Status { get; init; } = 500;
}
