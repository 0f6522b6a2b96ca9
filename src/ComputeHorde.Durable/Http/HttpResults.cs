using Azure;
using ComputeHorde.Durable.Runs;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace ComputeHorde.Durable.Http;

/// <summary>What our HTTP functions read and answer: snake_case JSON, and problem+json (RFC 9457) that names each field.</summary>
internal static class HttpResults
{
    public static IActionResult Json<T>(int status, T value) =>
        new TextResult { StatusCode = status, ContentType = "application/json; charset=utf-8", Content = SnakeCaseJson.ToText(value) };

    public static IActionResult Problem(int status, string title, IReadOnlyList<ValidationProblem> problems) => new TextResult
    {
        StatusCode = status,
        ContentType = "application/problem+json; charset=utf-8",
        Content = SnakeCaseJson.ToText(ProblemDocument.Of(status, title, problems)),
    };

    /// <summary>The answer to a start: 202 with the address of what was started, or 409 when the name is taken.</summary>
    public static IActionResult Started(HttpRequest request, string route, string key, StartedRun? started)
    {
        if (started is null)
        {
            return Problem(409, "Something else was sent under this Idempotency-Key", [new ValidationProblem("Idempotency-Key", $"'{key}' names something with another body.")]);
        }

        var path = request.Path.Value!;
        var location = $"{request.Scheme}://{request.Host}{request.PathBase}{path[..path.IndexOf(route, StringComparison.OrdinalIgnoreCase)]}{route}/{started.Id}";
        request.HttpContext.Response.Headers.Location = location;
        return Json(202, new { started.Id, StatusUrl = location });
    }

    public static IActionResult NotFound(string id) => Problem(404, "There is no such run", [new ValidationProblem("id", $"no run is called '{id}'.")]);

    /// <summary>An answer that needs the storage account: 503 while that is away.</summary>
    public static async Task<IActionResult> FromStorageAsync(HttpRequest request, Func<Task<IActionResult>> answer)
    {
        try
        {
            return await answer();
        }
        catch (Exception exception) when (StorageOutages.IsOutage(exception))
        {
            request.HttpContext.Response.Headers.RetryAfter = "10";
            return Problem(503, "The storage account does not answer", [new ValidationProblem("storage", "does not answer. Nothing was begun; send the same request again.")]);
        }
    }

    /// <summary>An answer that hands out what was stored: 503 while the storage account is away, 410 for what it keeps no more.</summary>
    public static Task<IActionResult> StoredAsync(HttpRequest request, Func<Task<IActionResult>> answer) => FromStorageAsync(request, async () =>
    {
        try
        {
            return await answer();
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return Gone();
        }
    });

    public static IActionResult Gone() => Problem(410, "It is not kept any more", [new ValidationProblem("id", "names something that ended so long ago that what it stored was deleted.")]);

    /// <summary>Reads a body, and no more of it than allowed.</summary>
    /// <exception cref="BodyTooLargeException">The body has more than <paramref name="most"/> bytes.</exception>
    public static async Task<BinaryData> ReadBodyAsync(HttpRequest request, int most, CancellationToken cancellationToken)
    {
        if (request.ContentLength > most)
        {
            throw new BodyTooLargeException(most);
        }

        using var content = new MemoryStream();
        var buffer = new byte[81_920];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (content.Length + read > most)
            {
                throw new BodyTooLargeException(most);
            }

            content.Write(buffer, 0, read);
        }

        return new BinaryData(content.ToArray());
    }
}
