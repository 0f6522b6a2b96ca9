using ComputeHorde.Sdk;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace ComputeHorde.Durable.Http;

/// <summary>
/// Reads the JSON that a caller sends: no other kind, no more of it than allowed, and for no longer than <see cref="Timeout"/>.
/// </summary>
internal static class RequestBody
{
    /// <summary>How long a caller may take to send a body.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    /// <summary>Reads a body.</summary>
    /// <exception cref="HttpProblemException">415: it is not plain JSON; 413: it has more than <paramref name="most"/> bytes; 408: it came
    /// too slowly.</exception>
    public static async Task<BinaryData> ReadJsonAsync(
        HttpRequest request,
        int most,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        RequireJson(request);
        if (request.ContentLength > most)
        {
            throw TooLarge(most);
        }

        using var limit = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var content = new MemoryStream();
            var buffer = new byte[81_920];
            int read;
            while ((read = await request.Body.ReadAsync(buffer, either.Token)) > 0)
            {
                if (content.Length + read > most)
                {
                    throw TooLarge(most);
                }

                content.Write(buffer, 0, read);
            }

            return new BinaryData(content.ToArray());
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new HttpProblemException(
                408,
                "The request came too slowly",
                new ValidationProblem("body", $"must arrive within {Timeout.TotalSeconds:0} seconds.")
            );
        }
    }

    /// <summary>A browser sends JSON to a stranger's server only after it was allowed to: what else it sends is refused.</summary>
    private static void RequireJson(HttpRequest request)
    {
        var isJson =
            MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && (
                type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
                || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase)
            )
            && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));
        if (!isJson)
        {
            throw Unsupported("Content-Type", "must be application/json, in UTF-8.");
        }

        if (
            request.Headers.ContentEncoding is { Count: > 0 } encoding
            && !encoding.ToString().Equals("identity", StringComparison.OrdinalIgnoreCase)
        )
        {
            throw Unsupported("Content-Encoding", "must be left out: a body is read as it is.");
        }
    }

    private static HttpProblemException Unsupported(string field, string rule) =>
        new(415, "The request is of another kind", new ValidationProblem(field, rule));

    private static HttpProblemException TooLarge(int most) =>
        new(413, "The request is too large", new ValidationProblem("body", $"must have at most {most} bytes."));
}
