using System.Text.Json.Nodes;
using ComputeHorde.Durable.LocalHost.Commands;

namespace ComputeHorde.Durable.LocalHost.Runs;

/// <summary>Cancels or repeats runs, and says of each what became of it.</summary>
internal sealed class BulkCall(ApiClient client, string order)
{
    // One for the whole command: what is sent again starts nothing twice.
    private readonly string _key = Guid.NewGuid().ToString("N");

    public async Task<IReadOnlyList<JsonObject>> NamedAsync(IReadOnlyList<string> runs, bool isDry, CancellationToken cancellationToken)
    {
        var outcomes = new List<JsonObject>();
        foreach (var (index, run) in runs.Index())
        {
            var outcome = new JsonObject { ["id"] = run };
            try
            {
                var path = $"jobs/{Uri.EscapeDataString(run)}";
                outcome["status"] = (string?)(await client.GetAsync(path, cancellationToken))["status"];
                if (!isDry)
                {
                    var answer = await client.PostAsync(
                        $"{path}/{order}",
                        body: null,
                        order == "rerun" ? $"{_key}.{index}" : null,
                        cancellationToken
                    );
                    if (order == "rerun")
                    {
                        outcome["rerun"] = (string?)answer["id"];
                    }
                }
            }
            catch (UserException exception) when (runs.Count > 1)
            {
                // The others are acted on all the same.
                outcome["problem"] = exception.Message;
            }

            outcomes.Add(outcome);
        }

        return outcomes;
    }

    public async Task<IReadOnlyList<JsonObject>> FilteredAsync(
        IReadOnlyList<(string Name, string Value)> filters,
        bool isDry,
        CancellationToken cancellationToken
    )
    {
        var outcomes = new List<JsonObject>();
        string? continuation = null;
        do
        {
            var body = FilterOptions.ToBody(filters);
            body["dry_run"] = isDry;
            body["continuation"] = continuation;
            var answer = await client.PostAsync($"jobs/{order}", body, order == "rerun" ? _key : null, cancellationToken);
            outcomes.AddRange(answer["runs"]!.AsArray().Select(static run => run!.AsObject()));
            continuation = (string?)answer["continuation"];
        } while (continuation is not null);

        return outcomes;
    }
}
