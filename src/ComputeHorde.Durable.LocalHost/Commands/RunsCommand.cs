using System.CommandLine;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using ComputeHorde.Durable.LocalHost.Runs;
using Spectre.Console;

namespace ComputeHorde.Durable.LocalHost.Commands;

/// <summary><c>runs</c>: finds, follows, cancels and repeats runs, of the local host or of a deployed app.</summary>
internal static class RunsCommand
{
    /// <summary>The exit code of <c>follow</c> for a run that ended and did not complete.</summary>
    private const int NotCompleted = 3;

    private static readonly Option<string?> Url = new("--url")
    {
        Description =
            $"The functions, for example https://<app>.azurewebsites.net/. Default: {ApiConnection.UrlSetting} of the environment or of local.settings.json; without one, the local host, http://127.0.0.1:7071/api/.",
        Recursive = true,
    };

    private static readonly Option<string> Data = new("--data")
    {
        Description =
            $"Data folder of a local host that was started with --require-key: its key is read there. For other functions set {ApiConnection.KeySetting}, or {ApiConnection.KeyFileSetting}.",
        DefaultValueFactory = static _ => ".computehorde",
        Recursive = true,
    };

    private static readonly Option<bool> Json = new("--json")
    {
        Description = "JSON Lines, one run a line, as the API gives them; the default when the output is not a terminal.",
        Recursive = true,
    };

    public static Command Create()
    {
        var command = new Command("runs", "Lists, shows, follows, cancels and reruns runs, from the terminal.") { Url, Data, Json };
        command.Subcommands.Add(List());
        command.Subcommands.Add(Show());
        command.Subcommands.Add(Follow());
        command.Subcommands.Add(
            Many(
                "cancel",
                "Cancels runs, by name or by filters: they stop waiting and paying. A job that is running cannot be stopped.",
                "cancelled"
            )
        );
        command.Subcommands.Add(
            Many(
                "rerun",
                "Runs ended runs again, by name or by filters: each as a new run of the same request. Of a filter, those that completed only with --status completed.",
                "started again"
            )
        );
        return command;
    }

    private static Command List()
    {
        var filters = new FilterOptions();
        var limit = new Option<int>("--limit") { Description = "How many at most; 0 for all.", DefaultValueFactory = static _ => 50 };
        var command = new Command("list", "Lists runs, the youngest first.") { limit };
        filters.AddTo(command);
        command.SetAction(
            (parsed, cancellationToken) =>
                CallAsync(
                    parsed,
                    async (client, output) =>
                    {
                        await output.ListAsync(ListAsync(client, filters.Read(parsed), parsed.GetValue(limit), cancellationToken));
                        return 0;
                    },
                    cancellationToken
                )
        );
        return command;
    }

    private static Command Show()
    {
        var run = new Argument<string>("run") { Description = "The run." };
        var command = new Command("show", "Shows a run with its attempts.") { run };
        command.SetAction(
            (parsed, cancellationToken) =>
                CallAsync(
                    parsed,
                    async (client, output) =>
                    {
                        output.Show(await client.GetAsync(PathOf(parsed.GetRequiredValue(run)), cancellationToken));
                        return 0;
                    },
                    cancellationToken
                )
        );
        return command;
    }

    private static Command Follow()
    {
        var run = new Argument<string>("run") { Description = "The run." };
        var command = new Command(
            "follow",
            $"Shows a run while it happens, until it has ended. Exit code 0 when it completed, {NotCompleted} when it ended otherwise."
        )
        {
            run,
        };
        command.SetAction(
            (parsed, cancellationToken) =>
                CallAsync(
                    parsed,
                    async (client, output) =>
                        RunText.Of(
                            (await output.FollowAsync(client.FollowAsync(parsed.GetRequiredValue(run), cancellationToken)))["status"]
                        ) == "completed"
                            ? 0
                            : NotCompleted,
                    cancellationToken
                )
        );
        return command;
    }

    private static Command Many(string order, string description, string done)
    {
        var filters = new FilterOptions();
        var names = new Argument<string[]>("run") { Description = "The runs; none with filters.", Arity = ArgumentArity.ZeroOrMore };
        var dry = new Option<bool>("--dry-run") { Description = "Name the runs, and do nothing." };
        var yes = new Option<bool>("--yes") { Description = "Do not ask; needed with filters when nobody is at the terminal." };
        var command = new Command(order, description) { names, dry, yes };
        filters.AddTo(command);
        command.SetAction(
            (parsed, cancellationToken) =>
                CallAsync(
                    parsed,
                    async (client, output) =>
                    {
                        var wanted = filters.Read(parsed);
                        var runs = parsed.GetValue(names) ?? [];
                        if (runs.Length > 0 == wanted.Count > 0)
                        {
                            throw new UserException($"Name the runs to {order}, or give filters (--label, --status, ...): one of them.");
                        }

                        var isDry = parsed.GetValue(dry);
                        var bulk = new BulkCall(client, order);
                        if (
                            wanted.Count > 0
                            && !isDry
                            && !parsed.GetValue(yes)
                            && !await IsMeantAsync(bulk, wanted, output, order, cancellationToken)
                        )
                        {
                            return 1;
                        }

                        var acted =
                            runs.Length > 0
                                ? await bulk.NamedAsync(runs, isDry, cancellationToken)
                                : await bulk.FilteredAsync(wanted, isDry, cancellationToken);
                        output.Done(acted, isDry ? "(dry run)" : done);
                        return acted.Any(static run => run.ContainsKey("problem")) ? 1 : 0;
                    },
                    cancellationToken
                )
        );
        return command;
    }

    private static async Task<bool> IsMeantAsync(
        BulkCall bulk,
        IReadOnlyList<(string Name, string Value)> filters,
        RunOutput output,
        string order,
        CancellationToken cancellationToken
    )
    {
        if (!output.IsTerminal || Console.IsInputRedirected)
        {
            throw new UserException($"{order} by filters acts on many runs: look with --dry-run, then give --yes.");
        }

        var found = await bulk.FilteredAsync(filters, isDry: true, cancellationToken);
        output.Done(found, "(not yet)");
        return found.Count > 0 && AnsiConsole.Confirm($"{order} them?", defaultValue: false);
    }

    private static async IAsyncEnumerable<JsonObject> ListAsync(
        ApiClient client,
        IReadOnlyList<(string Name, string Value)> filters,
        int limit,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var query = string.Concat(filters.Select(static filter => $"&{filter.Name}={Uri.EscapeDataString(filter.Value)}"));
        string? continuation = null;
        var left = limit <= 0 ? int.MaxValue : limit;
        do
        {
            var page = await client.GetAsync(
                $"jobs?order=newest&page_size={Math.Min(left, 500)}{query}{(continuation is null ? "" : $"&continuation={Uri.EscapeDataString(continuation)}")}",
                cancellationToken
            );
            foreach (var run in page["jobs"]!.AsArray())
            {
                yield return run!.AsObject();
                left--;
            }

            continuation = (string?)page["continuation"];
        } while (continuation is not null && left > 0);
    }

    private static Task<int> CallAsync(
        ParseResult parsed,
        Func<ApiClient, RunOutput, Task<int>> call,
        CancellationToken cancellationToken
    ) =>
        Guard.RunAsync(
            async () =>
            {
                using var client = new ApiClient(ApiConnection.Find(parsed.GetValue(Url), parsed.GetValue(Data)!));
                return await call(client, RunOutput.Create(parsed.GetValue(Json)));
            },
            cancellationToken
        );

    private static string PathOf(string run) => $"jobs/{Uri.EscapeDataString(run)}";
}
