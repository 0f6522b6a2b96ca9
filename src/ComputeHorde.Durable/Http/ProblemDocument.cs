using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.Http;

/// <summary>Why something was refused, as RFC 9457 describes problems: an HTTP answer, or a blob beside one that was rejected.</summary>
/// <param name="Title">What is wrong, in a few words.</param>
/// <param name="Status">The HTTP status that says the same.</param>
/// <param name="Errors">Field to the rules it breaks. Never a value, which may be secret.</param>
internal sealed record ProblemDocument(string Title, int Status, IReadOnlyDictionary<string, IReadOnlyList<string>> Errors)
{
    /// <summary>What is refused, when the answer does not say it by itself.</summary>
    public string? Instance { get; init; }

    public static ProblemDocument Of(int status, string title, IEnumerable<ValidationProblem> problems) => new(
        title,
        status,
        problems.GroupBy(static problem => problem.Field, StringComparer.Ordinal)
            .ToDictionary(static group => group.Key, IReadOnlyList<string> (group) => [.. group.Select(static problem => problem.Message)], StringComparer.Ordinal));
}
