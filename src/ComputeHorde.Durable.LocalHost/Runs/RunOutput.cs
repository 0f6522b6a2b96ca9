using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ComputeHorde.Durable.LocalHost.Runs;

/// <summary>Shows runs: tables in a terminal, JSON Lines, as the API gave them, in a pipe.</summary>
internal abstract class RunOutput
{
    public static RunOutput Create(bool asJson) => asJson || Console.IsOutputRedirected ? new JsonLines() : new Tables();

    /// <summary>Whether somebody can be asked.</summary>
    public abstract bool IsTerminal { get; }

    public abstract Task ListAsync(IAsyncEnumerable<JsonObject> runs);

    public abstract void Show(JsonObject run);

    /// <returns>The run as it was seen last.</returns>
    public abstract Task<JsonObject> FollowAsync(IAsyncEnumerable<JsonObject> states);

    /// <summary>What was done with runs, one object each.</summary>
    public abstract void Done(IReadOnlyList<JsonObject> runs, string what);

    private static void WriteLine(JsonObject value) => Console.Out.WriteLine(value.ToJsonString());

    private sealed class JsonLines : RunOutput
    {
        public override bool IsTerminal => false;

        public override async Task ListAsync(IAsyncEnumerable<JsonObject> runs)
        {
            await foreach (var run in runs)
            {
                WriteLine(run);
            }
        }

        public override void Show(JsonObject run) => WriteLine(run);

        public override async Task<JsonObject> FollowAsync(IAsyncEnumerable<JsonObject> states)
        {
            JsonObject last = [];
            await foreach (var state in states)
            {
                WriteLine(last = state);
            }

            return last;
        }

        public override void Done(IReadOnlyList<JsonObject> runs, string what)
        {
            foreach (var run in runs)
            {
                WriteLine(run);
            }
        }
    }

    private sealed class Tables : RunOutput
    {
        public override bool IsTerminal => true;

        public override async Task ListAsync(IAsyncEnumerable<JsonObject> runs)
        {
            var table = new Table().RoundedBorder().AddColumns("run", "status", "doing", "namespace", "labels", "created", "executor");
            await foreach (var run in runs)
            {
                table.AddRow(Cells(
                    RunText.Of(run["id"]), RunText.Of(run["status"]), RunText.Doing(run), RunText.Of(run["namespace"]), RunText.Labels(run), RunText.Time(run["created_at"]), RunText.Seconds(run["executor_seconds"])));
            }

            if (table.Rows.Count == 0)
            {
                AnsiConsole.WriteLine("No run is like that.");
                return;
            }

            AnsiConsole.Write(table);
        }

        public override void Show(JsonObject run)
        {
            var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
            var outcome = run["outcome"];
            foreach (var (name, value) in new (string, string)[]
            {
                ("run", RunText.Of(run["id"])), ("status", RunText.Of(run["status"])), ("doing", RunText.Doing(run)), ("namespace", RunText.Of(run["namespace"])), ("labels", RunText.Labels(run)),
                ("created", RunText.Time(run["created_at"])), ("changed", RunText.Time(run["updated_at"])), ("note", RunText.Of(run["progress"]?["note"])), ("repeats", RunText.Of(run["rerun_of"])),
                ("job", RunText.Of(outcome?["job_uuid"] ?? run["progress"]?["job_uuid"])), ("paid jobs", RunText.Of(outcome?["paid_attempts"])), ("executor", RunText.Seconds(outcome?["executor_seconds"])),
                ("failure", RunText.Of(outcome?["failure"]?["message"] ?? outcome?["failure"]?["reason"])), ("check", RunText.Of(run["check"]?["verdict"])), ("why", RunText.Of(run["check"]?["reason"])),
                ("stdout", RunText.Of(outcome?["result"]?["stdout"]?["size"]) is { Length: > 0 } size ? size + " bytes" : ""), ("error", RunText.Of(run["error"])),
            })
            {
                if (value.Length > 0)
                {
                    grid.AddRow(new Text(name, new Style(foreground: Color.Grey)), new Text(value));
                }
            }

            AnsiConsole.Write(grid);
            var table = new Table().RoundedBorder().AddColumns("attempt", "status", "at", "why");
            foreach (var attempt in (outcome?["attempts"] ?? run["progress"]?["attempts"])?.AsArray() ?? [])
            {
                foreach (var change in attempt!["history"]?.AsArray() ?? [])
                {
                    table.AddRow(Cells(RunText.Of(attempt["number"]), RunText.Of(change!["status"]), RunText.Time(change["at"]), ""));
                }

                if (attempt["failure"] is { } failure)
                {
                    table.AddRow(Cells(RunText.Of(attempt["number"]), RunText.Of(failure["class"]), "", RunText.Of(failure["message"] ?? failure["reason"])));
                }
            }

            if (table.Rows.Count > 0)
            {
                AnsiConsole.Write(table);
            }
        }

        public override async Task<JsonObject> FollowAsync(IAsyncEnumerable<JsonObject> states)
        {
            JsonObject last = [];
            var table = new Table().RoundedBorder().AddColumns("at", "status", "doing", "attempt", "job", "note");
            await AnsiConsole.Live(table).StartAsync(async live =>
            {
                await foreach (var state in states)
                {
                    last = state;
                    var progress = state["progress"];
                    table.AddRow(Cells(
                        RunText.Time(state["updated_at"]), RunText.Of(state["status"]), RunText.Doing(state), RunText.Of(progress?["attempt"]), RunText.Of(progress?["job_uuid"]), RunText.Of(progress?["note"])));
                    live.Refresh();
                }
            });
            return last;
        }

        public override void Done(IReadOnlyList<JsonObject> runs, string what)
        {
            var table = new Table().RoundedBorder().AddColumns("run", "was", "now");
            foreach (var run in runs)
            {
                table.AddRow(Cells(RunText.Of(run["id"]), RunText.Of(run["status"]), RunText.Of(run["problem"] ?? run["rerun"]) is { Length: > 0 } text ? text : what));
            }

            if (runs.Count > 0)
            {
                AnsiConsole.Write(table);
            }

            AnsiConsole.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{runs.Count} {(runs.Count == 1 ? "run" : "runs")}."));
        }

        private static IEnumerable<IRenderable> Cells(params string[] texts) => texts.Select(static text => new Text(text));
    }
}
