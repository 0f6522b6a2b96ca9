using System.Text.Json;
using ComputeHorde.Durable.Runs;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.Intake;

/// <summary>What is to be done with many runs: the filters of lists, as JSON.</summary>
/// <param name="IsDryRun">Whether the runs are named only, and nothing is done.</param>
/// <param name="Limit">How many runs one call looks for.</param>
/// <param name="Continuation">Where the call before ended; null for the first.</param>
internal sealed record BulkRequest(RunFilter Filter, bool IsDryRun, int Limit, ContinuationToken? Continuation)
{
    /// <summary>The largest body.</summary>
    public const int MaxBytes = 65_536;

    private const int MaxLimit = 500,
        DefaultLimit = 100;

    private static readonly string[] Known = [.. RunFilter.Names, "dry_run", "limit", "continuation"];

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 4 };

    /// <summary>Reads a body.</summary>
    /// <exception cref="ComputeHordeValidationException">With every violation, each naming its field and rule.</exception>
    public static BulkRequest Parse(BinaryData json)
    {
        using var document = StrictJson.Parse(json, "a JSON object", Strict);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new ComputeHordeValidationException("body", "must be a JSON object.");
        }

        var body = document
            .RootElement.EnumerateObject()
            .Where(static field => field.Value.ValueKind != JsonValueKind.Null)
            .ToDictionary(static field => field.Name, static field => field.Value, StringComparer.Ordinal);
        var problems = body
            .Keys.Except(Known)
            .Select(static name => new ValidationProblem(name, $"is none of {string.Join(", ", Known)}."))
            .ToList();
        var filter = RunFilter.Read(name => Texts(body, name, problems), problems);
        if (problems.Count == 0 && filter.IsEmpty)
        {
            problems.Add(new ValidationProblem("body", $"must have at least one filter: {string.Join(", ", RunFilter.Names)}."));
        }

        var isDryRun = false;
        if (
            body.TryGetValue("dry_run", out var dry)
            && !((isDryRun = dry.ValueKind == JsonValueKind.True) || dry.ValueKind == JsonValueKind.False)
        )
        {
            problems.Add(new ValidationProblem("dry_run", "must be true or false."));
        }

        var limit = DefaultLimit;
        if (
            body.TryGetValue("limit", out var number)
            && !(WholeNumberConverter.TryRead(number, out limit) && limit is >= 1 and <= MaxLimit)
        )
        {
            problems.Add(new ValidationProblem("limit", $"must be a whole number between 1 and {MaxLimit}."));
        }

        var continuation = Texts(body, "continuation", problems) is [var token]
            ? RunQuery.ReadContinuation(token, isNewestFirst: false, problems)
            : null;
        return problems.Count == 0
            ? new BulkRequest(filter, isDryRun, limit, continuation)
            : throw new ComputeHordeValidationException(problems);
    }

    private static IReadOnlyList<string> Texts(Dictionary<string, JsonElement> body, string name, List<ValidationProblem> problems)
    {
        if (!body.TryGetValue(name, out var value))
        {
            return [];
        }

        List<JsonElement> items =
            value.ValueKind == JsonValueKind.Array && name is "status" or "label" ? [.. value.EnumerateArray()] : [value];
        if (
            items.Exists(static item => item.ValueKind != JsonValueKind.String || item.GetString() is not { Length: > 0 })
            || items.Count == 0
        )
        {
            problems.Add(
                new ValidationProblem(
                    name,
                    name is "status" or "label" ? "must be a text, or a list of texts, none empty." : "must be a text, and not empty."
                )
            );
            return [];
        }

        return [.. items.Select(static item => item.GetString()!)];
    }
}
