using System.Globalization;
using ComputeHorde.Sdk;
using Microsoft.AspNetCore.Http;

namespace ComputeHorde.Durable.Runs;

/// <summary>A page of the runs that a caller wants to see.</summary>
/// <param name="IsNewestFirst">Whether the youngest come first, instead of the order in which the task hub keeps them, which is the
/// cheapest way through all.</param>
/// <param name="PageSize">How many at most.</param>
/// <param name="Continuation">Where the page before ended; null for the first.</param>
internal sealed record RunQuery(RunFilter Filter, bool IsNewestFirst, int PageSize, ContinuationToken? Continuation)
{
    internal const int DefaultPageSize = 100;

    private const string Newest = "newest",
        Stored = "stored";

    /// <summary>What clients of a functions app may send with any request.</summary>
    private static readonly string[] OfTheHost = ["code", "clientId"];

    private static readonly string[] Known = [.. RunFilter.Names, "order", "page_size", "continuation"];

    /// <summary>Reads the filters, <c>order</c>, <c>page_size</c> and <c>continuation</c>.</summary>
    /// <exception cref="ComputeHordeValidationException">With every violation, each naming its field and rule.</exception>
    internal static RunQuery Parse(IQueryCollection query)
    {
        // A filter that is misspelt would show all runs as if they were those asked for.
        var problems = query
            .Keys.Except(Known)
            .Except(OfTheHost)
            .Select(static name => new ValidationProblem(name, $"is none of {string.Join(", ", Known)}."))
            .ToList();
        var filter = RunFilter.Read(
            name => [.. query[name].Where(static text => text is { Length: > 0 }).Select(static text => text!)],
            problems
        );
        var order = Text(query, "order") ?? Stored;
        if (order is not (Newest or Stored))
        {
            problems.Add(new ValidationProblem("order", $"must be {Newest} or {Stored}."));
        }

        var size = DefaultPageSize;
        if (
            Text(query, "page_size") is { } text
            && !(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out size) && size is >= 1 and <= RunPage.MaxSize)
        )
        {
            problems.Add(new ValidationProblem("page_size", $"must be a whole number between 1 and {RunPage.MaxSize}."));
        }

        var continuation = ReadContinuation(Text(query, "continuation"), order == Newest, problems);
        return problems.Count == 0
            ? new RunQuery(filter, order == Newest, size, continuation)
            : throw new ComputeHordeValidationException(problems);
    }

    internal static ContinuationToken? ReadContinuation(string? text, bool isNewestFirst, List<ValidationProblem> problems)
    {
        var token = text is null ? null : ContinuationToken.Parse(text);
        if (text is not null && token?.IsNewestFirst != isNewestFirst)
        {
            problems.Add(new ValidationProblem("continuation", "is none that a page of this order has given."));
        }

        return token;
    }

    private static string? Text(IQueryCollection query, string name) => query[name].ToString() is { Length: > 0 } text ? text : null;
}
