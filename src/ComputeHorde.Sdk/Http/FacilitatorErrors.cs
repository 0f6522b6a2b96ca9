using System.Collections.Frozen;
using System.Text.Json;

namespace ComputeHorde.Sdk;

/// <summary>
/// Turns the facilitator's refusals into exceptions (protocol 1.2, 1.5, 2). Only what the facilitator itself says about the request is
/// final: fields that are wrong, a job that it does not have. Everything else (a proxy's page or its JSON, a login that is refused, an
/// unexpected status) may be different a moment later. So may HTTP 413: the facilitator gives it for bodies of 100 MB, and ours are at most
/// <see cref="JobSpecValidation.MaxRequestBytes"/> long.
/// </summary>
internal static class FacilitatorErrors
{
    public const string NoValidator = "Could not select Validator";
    private const int LongestText = 300;

    /// <summary>What APIs on the way put around their own words; no fields of a job.</summary>
    private static readonly FrozenSet<string> Envelopes = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "code",
        "detail",
        "error",
        "errors",
        "fault",
        "message",
        "messages",
        "request_id",
        "status",
        "title",
        "type"
    );

    /// <summary>The exception for an answer that is not a success.</summary>
    /// <param name="status">HTTP status.</param>
    /// <param name="body">The parsed body; undefined when it is not JSON.</param>
    /// <param name="what">The call, for the message.</param>
    /// <param name="retryAfter">The server's wish for the next try.</param>
    public static ComputeHordeException From(int status, JsonElement body, string what, TimeSpan? retryAfter)
    {
        var text = Safe(body.Text("detail") ?? body.Text("error") ?? First(body) ?? "");
        var details = body.Text("details") is { } more ? $" ({Safe(more)})" : "";
        var told = text.Length == 0 ? "" : $": {text}{details}";
        switch (status)
        {
            case 400 when body.ValueKind == JsonValueKind.Array:
                // A list is about the state of things: no validator is connected, creation is switched off.
                return new ComputeHordeException($"{what} was refused{told}", isTransient: true)
                {
                    StatusCode = status,
                    RetryAfter = retryAfter,
                };
            case 400 when body.ValueKind == JsonValueKind.Object && Problems(body) is { Count: > 0 } problems:
                return new ComputeHordeValidationException(problems) { StatusCode = status };
            case 400 when body.Text("error") is not null:
                // How it refuses logins and reports: no repeat within seconds changes it.
                return new ComputeHordeProtocolException($"{what} was refused with HTTP {status}{told}") { StatusCode = status };
            case 401 or 403:
                return new ComputeHordeAuthenticationException($"{what} was refused with HTTP {status}{told}")
                {
                    StatusCode = status,
                    RetryAfter = retryAfter,
                };
            case 404 when body.ValueKind == JsonValueKind.Object:
                return new ComputeHordeNotFoundException($"{what} found nothing{told}");
            case 408 or 429 or >= 500:
                return new ComputeHordeException($"{what} failed with HTTP {status}{told}", isTransient: true)
                {
                    StatusCode = status,
                    RetryAfter = retryAfter,
                };
            default:
                return new ComputeHordeProtocolException(
                    $"{what} was answered with the unexpected HTTP status {status}{told}",
                    isTransient: true
                )
                {
                    StatusCode = status,
                    RetryAfter = retryAfter,
                };
        }
    }

    private static string? First(JsonElement body) =>
        body.ValueKind == JsonValueKind.Array ? body.Items().Select(item => item.AsText()).FirstOrDefault(item => item is not null) : null;

    /// <summary>
    /// Field errors, flattened (a bare text is none: a serializer gives lists): lists of texts, maps by index, and pydantic's objects
    /// (whose <c>input</c> may be secret and is left out).
    /// </summary>
    private static List<ValidationProblem> Problems(JsonElement body)
    {
        var problems = new List<ValidationProblem>();
        foreach (var (field, value) in body.Members())
        {
            if (!Envelopes.Contains(field) && value.ValueKind is JsonValueKind.Array or JsonValueKind.Object)
            {
                Collect(problems, Safe(field), value);
            }
        }

        return problems;
    }

    private static void Collect(List<ValidationProblem> problems, string field, JsonElement value)
    {
        if (value.AsText() is { } text)
        {
            problems.Add(new ValidationProblem(field, Safe(text)));
        }
        else if (value.Text("msg") is { } message)
        {
            problems.Add(
                new ValidationProblem(
                    string.Join('.', value.Member("loc").Items().Select(part => Safe(part.ToString())).Prepend(field)),
                    Safe(message)
                )
            );
        }

        foreach (var item in value.Items())
        {
            Collect(problems, field, item);
        }

        if (value.Text("msg") is null)
        {
            foreach (var (key, member) in value.Members())
            {
                Collect(problems, $"{field}[{Safe(key)}]", member);
            }
        }
    }

    private static string Safe(string text) => ForeignText.Line(text.Length <= LongestText ? text : text[..LongestText] + "…");
}
