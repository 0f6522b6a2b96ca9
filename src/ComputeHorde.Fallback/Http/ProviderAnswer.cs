using System.Net;
using System.Text.Json;

namespace ComputeHorde.Fallback;

/// <summary>A clear answer.</summary>
internal sealed record ProviderAnswer(string Who, HttpStatusCode Status, byte[] Body)
{
    /// <summary>The way to log in that a 401 names.</summary>
    public string? Challenge { get; init; }

    /// <summary>Reads the body.</summary>
    /// <exception cref="FallbackException">It is not what was expected: nothing is known.</exception>
    public T Read<T>()
    {
        try
        {
            return JsonSerializer.Deserialize<T>(Body, ProviderJson.Options) ?? throw new JsonException("null");
        }
        catch (JsonException exception)
        {
            throw new FallbackException(
                FallbackFailure.Unknown,
                $"{Who} answered HTTP {(int)Status} with something that cannot be read.",
                exception
            );
        }
    }
}
