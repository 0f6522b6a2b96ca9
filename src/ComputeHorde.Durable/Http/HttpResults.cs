using System.Security.Cryptography;
using System.Text;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;

namespace ComputeHorde.Durable.Http;

/// <summary>What our HTTP functions answer: snake_case JSON, and problem+json (RFC 9457) that names each field.</summary>
internal static class HttpResults
{
    public static IActionResult Json<T>(int status, T value) =>
        new TextResult
        {
            StatusCode = status,
            ContentType = "application/json; charset=utf-8",
            Content = SnakeCaseJson.ToText(value),
        };

    /// <summary>What is asked for again and again: 304 without a body while it is as <c>If-None-Match</c> says.</summary>
    public static IActionResult Conditional<T>(HttpRequest request, T value)
    {
        var content = SnakeCaseJson.ToText(value);
        var tag = new EntityTagHeaderValue(
            $"\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)).AsSpan(0, 16))}\""
        );
        request.HttpContext.Response.Headers.ETag = tag.ToString();
        return request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(tag, useStrongComparison: false))
            ? new TextResult { StatusCode = 304 }
            : new TextResult
            {
                StatusCode = 200,
                ContentType = "application/json; charset=utf-8",
                Content = content,
            };
    }

    public static IActionResult Problem(int status, string title, IReadOnlyList<ValidationProblem> problems) =>
        new TextResult
        {
            StatusCode = status,
            ContentType = "application/problem+json; charset=utf-8",
            Content = SnakeCaseJson.ToText(Problems.Document(status, title, problems)),
        };

    public static HttpProblemException NoRun(string id) =>
        new(404, "There is no such run", new ValidationProblem("id", $"no run is called '{id}'."));
}
