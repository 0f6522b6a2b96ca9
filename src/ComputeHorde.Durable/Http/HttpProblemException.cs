using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.Http;

/// <summary>Ends an HTTP function with a problem document, as <see cref="HttpEdge"/> writes it.</summary>
/// <param name="problem">The field and its rule.</param>
internal sealed class HttpProblemException(int status, string title, ValidationProblem problem) : Exception(title)
{
    public int Status => status;

    public ValidationProblem Problem => problem;

    /// <summary>After how many seconds the same request may succeed; null when it will not.</summary>
    public int? RetryAfterSeconds { get; init; }
}
