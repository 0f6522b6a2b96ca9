namespace ComputeHorde.Emulator.Python;

/// <summary>A text that Python's <c>json.loads</c> refuses; the message is worded as Python words it.</summary>
internal sealed class PyJsonException : Exception
{
    public PyJsonException(string message)
        : base(message) { }

    public PyJsonException() { }

    public PyJsonException(string message, Exception innerException)
        : base(message, innerException) { }
}
