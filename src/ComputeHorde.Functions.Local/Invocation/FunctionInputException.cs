namespace ComputeHorde.Functions.Local.Invocation;

/// <summary>What a trigger brought does not fit the function's parameters: over HTTP, the caller's error.</summary>
internal sealed class FunctionInputException(string message, Exception? innerException = null) : Exception(message, innerException);
