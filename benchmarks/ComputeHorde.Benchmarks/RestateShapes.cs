using System.Diagnostics;
using System.Net.Http.Json;

namespace ComputeHorde.Benchmarks;

/// <summary>The shapes as calls of the services in <c>tools/restate</c>, in the size that Restate takes seconds for.</summary>
internal static class RestateShapes
{
    private const int UnderWay = 16;

    /// <summary>A shape for Restate.</summary>
    /// <param name="Items">How many of its unit one run holds.</param>
    /// <param name="RunAsync">Runs it to its end; each orchestration is told of with the time from its start to its end.</param>
    internal sealed record Shape(int Items, Func<HttpClient, Action<TimeSpan>, Task> RunAsync);

    internal static Shape Of(string name, double scale)
    {
        int Scaled(int count) => Math.Max(1, (int)(count * scale));
        var (many, activities) = (Scaled(1_000), Scaled(2_000));
        return name switch
        {
            "event" => new(many, (client, ended) => Task.WhenAll(Enumerable.Range(0, many).Select(_ => RaiseAsync(client, ended)))),
            "poll" => new(
                many,
                (client, ended) =>
                    Task.WhenAll(
                        Enumerable.Range(0, many).Select(_ => CallAsync(client, ended, "shapes/poll", new { rounds = 5, pause = 10 }))
                    )
            ),
            "long poll" => new(
                20,
                (client, ended) =>
                    Task.WhenAll(
                        Enumerable.Range(0, 20).Select(_ => CallAsync(client, ended, "shapes/poll", new { rounds = 200, pause = 1 }))
                    )
            ),
            "fan-out" => new(activities, (client, ended) => CallAsync(client, ended, "shapes/fan", activities)),
            "subs" => new(activities, (client, ended) => CallAsync(client, ended, "shapes/parent", activities)),
            "sequence" => new(
                many * EngineShapes.WorkItems,
                (client, ended) =>
                    Parallel.ForEachAsync(
                        Enumerable.Range(0, many),
                        new ParallelOptions { MaxDegreeOfParallelism = UnderWay },
                        async (_, _) => await CallAsync(client, ended, "shapes/sequence", null)
                    )
            ),
            _ => throw new ArgumentException($"Restate has no shape {name}.", nameof(name)),
        };
    }

    private static async Task RaiseAsync(HttpClient client, Action<TimeSpan> ended)
    {
        var key = Guid.NewGuid();
        await Task.WhenAll(
            CallAsync(client, ended, $"event/{key}/run", null),
            CallAsync(client, static _ => { }, $"event/{key}/go", "now")
        );
    }

    private static async Task CallAsync(HttpClient client, Action<TimeSpan> ended, string handler, object? input)
    {
        var start = Stopwatch.GetTimestamp();
        using var content = input is null ? null : JsonContent.Create(input);
        if (content is not null)
        {
            // A body in chunks has no length, which its ingress wants.
            await content.LoadIntoBufferAsync();
        }

        using var answer = await client.PostAsync(new Uri(handler, UriKind.Relative), content);
        answer.EnsureSuccessStatusCode();
        ended(Stopwatch.GetElapsedTime(start));
    }
}
