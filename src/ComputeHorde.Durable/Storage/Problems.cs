using ComputeHorde.Sdk;
using Microsoft.AspNetCore.Http;

namespace ComputeHorde.Durable.Storage;

/// <summary>Why something was refused, as RFC 9457 describes problems: an HTTP answer, or a blob beside one that was rejected.</summary>
internal static class Problems
{
    /// <summary>The document: field to the rules it breaks. Never a value, which may be secret.</summary>
    public static HttpValidationProblemDetails Document(int status, string title, IEnumerable<ValidationProblem> problems) =>
        new(
            problems
                .GroupBy(static problem => problem.Field, StringComparer.Ordinal)
                .ToDictionary(
                    static group => group.Key,
                    static group => group.Select(static problem => problem.Message).ToArray(),
                    StringComparer.Ordinal
                )
        )
        {
            Status = status,
            Title = title,
        };
}
