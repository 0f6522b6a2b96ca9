using System.Globalization;
using System.Text;
using ComputeHorde.Sdk;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace ComputeHorde.Durable.Runs;

/// <summary>Which runs a caller wants to see.</summary>
/// <param name="Status">Only runs with this status, as <see cref="RunView.Status"/> has it; null for all.</param>
/// <param name="PageSize">How many at most.</param>
/// <param name="Continuation">What the task hub gave with the page before; null for the first.</param>
internal sealed record RunQuery(string? Status, int PageSize, string? Continuation)
{
    // Back ends differ in what they make of a token that is none of theirs: some answer with an empty page. So ours can be told from others.
    private const string TokenPrefix = "p1.";

    private const int DefaultPageSize = 100;

    /// <summary>Reads <c>?status=</c>, <c>?page_size=</c> and <c>?continuation=</c>.</summary>
    /// <exception cref="ComputeHordeValidationException">With every violation, each naming its field and rule.</exception>
    internal static RunQuery Parse(IQueryCollection query)
    {
        var problems = new List<ValidationProblem>();
        var status = Text(query, "status");
        if (status is not null && !RunPage.Statuses.Contains(status))
        {
            problems.Add(new ValidationProblem("status", $"must be one of {string.Join(", ", RunPage.Statuses)}."));
        }

        var size = DefaultPageSize;
        if (Text(query, "page_size") is { } text && !(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out size) && size is >= 1 and <= RunPage.MaxSize))
        {
            problems.Add(new ValidationProblem("page_size", $"must be a whole number between 1 and {RunPage.MaxSize}."));
        }

        string? continuation = null;
        if (Text(query, "continuation") is { } token && !TryUnwrap(token, out continuation))
        {
            problems.Add(new ValidationProblem("continuation", "is none that a page has given."));
        }

        return problems.Count == 0 ? new RunQuery(status, size, continuation) : throw new ComputeHordeValidationException(problems);
    }

    /// <summary>The token that a page gives for the next one.</summary>
    internal static string? Wrap(string? continuation) =>
        string.IsNullOrEmpty(continuation) ? null : TokenPrefix + WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(continuation));

    private static bool TryUnwrap(string token, out string? continuation)
    {
        continuation = null;
        if (!token.StartsWith(TokenPrefix, StringComparison.Ordinal))
        {
            return false;
        }

        try
        {
            continuation = Encoding.UTF8.GetString(WebEncoders.Base64UrlDecode(token, TokenPrefix.Length, token.Length - TokenPrefix.Length));
            return continuation.Length > 0;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static string? Text(IQueryCollection query, string name) => query[name].ToString() is { Length: > 0 } text ? text : null;
}
