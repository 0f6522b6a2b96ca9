using System.Globalization;
using System.Net.ServerSentEvents;
using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Runs;

/// <summary>
/// What one caller is told of a run that it follows: <c>status</c> for each status of each job, in order and under an id of its own;
/// <c>progress</c> when
/// anything else changes; <c>end</c> with the whole run. After a lost connection it goes on behind the last id.
/// </summary>
/// <param name="lastId">Header <c>Last-Event-ID</c>; null at the first time.</param>
internal sealed class RunEvents(string? lastId)
{
    /// <summary>The id and type of the last event.</summary>
    public const string End = "end";

    /// <summary>
    /// Attempt to the number of its statuses that were told. All of it is the id: a job that was given up may still have news.
    /// </summary>
    private readonly SortedDictionary<int, int> _told = Read(lastId);

    /// <summary>What counts as a change of a run: all that is shown but the time of the last one.</summary>
    public static string Fingerprint(RunView run) => SnakeCaseJson.ToText(run with { UpdatedAt = default });

    /// <summary>What is new in this look.</summary>
    public IReadOnlyList<SseItem<string>> News(RunView run)
    {
        var news = new List<SseItem<string>>();
        foreach (var attempt in run.Outcome?.Attempts ?? run.Progress?.Attempts ?? [])
        {
            foreach (var change in attempt.History.Skip(_told.GetValueOrDefault(attempt.Number)))
            {
                _told[attempt.Number] = _told.GetValueOrDefault(attempt.Number) + 1;
                news.Add(
                    new SseItem<string>(
                        SnakeCaseJson.ToText(
                            new
                            {
                                Attempt = attempt.Number,
                                attempt.JobUuid,
                                change.Status,
                                change.At,
                            }
                        ),
                        "status"
                    )
                    {
                        EventId = Id(),
                    }
                );
            }
        }

        news.Add(
            HasEnded(run)
                ? new SseItem<string>(SnakeCaseJson.ToText(run), End) { EventId = End }
                : new SseItem<string>(SnakeCaseJson.ToText(run), "progress")
        );
        return news;
    }

    /// <summary>Whether nothing follows but, perhaps, a verdict.</summary>
    public static bool HasEnded(RunView run) => run.Outcome is not null || run.Error is not null || run.Status is "terminated" or "failed";

    private string Id() =>
        string.Join(',', _told.Select(static attempt => string.Create(CultureInfo.InvariantCulture, $"{attempt.Key}.{attempt.Value}")));

    private static SortedDictionary<int, int> Read(string? id)
    {
        var told = new SortedDictionary<int, int>();
        foreach (var part in id?.Split(',') ?? [])
        {
            if (
                part.Split('.') is [var attempt, var statuses]
                && int.TryParse(attempt, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && int.TryParse(statuses, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            )
            {
                told[number] = count;
            }
        }

        return told;
    }
}
