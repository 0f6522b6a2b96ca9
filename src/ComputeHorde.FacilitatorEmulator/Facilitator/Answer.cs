using ComputeHorde.Emulator.Python;
using ComputeHorde.Emulator.Storage;

namespace ComputeHorde.Emulator.Facilitator;

/// <summary>An HTTP answer of the facilitator.</summary>
internal sealed record Answer(int Status, AnswerBody Body, string ContentType)
{
    private const string Html = "text/html";

    /// <summary>The <c>Allow</c> header, which the framework sends on every answer of a view.</summary>
    public string? Allow { get; init; }

    public string? WwwAuthenticate { get; init; }

    public string? Location { get; init; }

    /// <summary>Set when the connection is to break instead of this answer being sent.</summary>
    public bool Reset { get; init; }

    /// <summary>Set when the connection is to break in the middle of this answer.</summary>
    public bool CutOff { get; init; }

    public string? RetryAfter { get; init; }

    /// <summary>Seconds that the answer is held back.</summary>
    public double DelaySeconds { get; init; }

    public static Answer Json(int status, object? value) => new(status, AnswerBody.Json(value), "application/json");

    public static Answer Json(int status, string key, string text) => Json(status, new PyDict { [key] = text });

    public static Answer Page(int status, string title) =>
        new(
            status,
            AnswerBody.Of(
                $"<!doctype html>\n<html lang=\"en\">\n<head>\n  <title>{title}</title>\n</head>\n<body>\n  <h1>{title}</h1><p></p>\n</body>\n</html>\n"
            ),
            Html
        );

    /// <summary>A redirect to the same path with a slash.</summary>
    public static Answer Redirect(string location) => new(301, new AnswerBody(), "text/html; charset=utf-8") { Location = location };

    /// <summary>401 with the framework's challenge.</summary>
    public static Answer Unauthorized(string detail) => Json(401, "detail", detail) with { WwwAuthenticate = "Bearer" };
}
