using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace ComputeHorde.Durable.Http;

/// <summary>What our HTTP functions answer: snake_case JSON, and problem+json (RFC 9457) that names each field.</summary>
internal static class HttpResults
{
    public static IActionResult Json<T>(int status, T value) =>
        new TextResult { StatusCode = status, ContentType = "application/json; charset=utf-8", Content = SnakeCaseJson.ToText(value) };

    public static IActionResult Problem(int status, string title, IReadOnlyList<ValidationProblem> problems) => new TextResult
    {
        StatusCode = status,
        ContentType = "application/problem+json; charset=utf-8",
        Content = SnakeCaseJson.ToText(Problems.Document(status, title, problems)),
    };

    public static HttpProblemException NoRun(string id) => new(404, "There is no such run", new ValidationProblem("id", $"no run is called '{id}'."));
}
