using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace ComputeHorde.Durable.LocalHost.Runs;

/// <summary>Shows runs in a terminal: in tables of those columns that fit its width, the most telling first.</summary>
internal sealed class RunTables(IAnsiConsole console) : RunOutput
{
    /// <summary>From how many characters a line has room for more than the most telling columns, and for all.</summary>
    private const int Ordinary = 70,
        Wide = 110;

    private static readonly Column<JsonObject>[] OfRuns =
    [
        new("run", 0, static run => RunText.Of(run["id"])),
        new("status", 0, static run => RunText.Of(run["status"])),
        new("doing", Ordinary, RunText.Doing),
        new("namespace", Wide, static run => RunText.Of(run["namespace"])),
        new("labels", Wide, RunText.Labels),
        new("created", Ordinary, static run => RunText.Time(run["created_at"])),
        new("executor", Wide, static run => RunText.Seconds(run["executor_seconds"])),
    ];

    private static readonly Column<JsonObject>[] OfStates =
    [
        new("at", Ordinary, static run => RunText.Time(run["updated_at"])),
        new("status", 0, static run => RunText.Of(run["status"])),
        new("doing", 0, RunText.Doing),
        new("attempt", Ordinary, static run => RunText.Of(run["progress"]?["attempt"])),
        new("job", Wide, static run => RunText.Of(run["progress"]?["job_uuid"])),
        new("note", Ordinary, static run => RunText.Of(run["progress"]?["note"])),
    ];

    private static readonly Column<AttemptRow>[] OfAttempts =
    [
        new("attempt", 0, static row => RunText.Of(row.Attempt["number"])),
        new("status", 0, static row => RunText.Of(row.Change?["status"] ?? row.Failure?["class"])),
        new("at", Ordinary, static row => RunText.Time(row.Change?["at"])),
        new("why", 0, static row => RunText.Of(row.Failure?["message"] ?? row.Failure?["reason"])),
    ];

    public override bool IsTerminal => true;

    public override async Task ListAsync(IAsyncEnumerable<JsonObject> runs)
    {
        var all = await runs.ToListAsync();
        if (all.Count == 0)
        {
            console.WriteLine("No run is like that.");
            return;
        }

        // What no run has needs no column.
        Column<JsonObject>[] columns =
        [
            .. Fitting(OfRuns).Where(column => column.From == 0 || all.Exists(run => column.Text(run).Length > 0)),
        ];
        var table = TableOf(columns);
        all.ForEach(run => AddRow(table, columns, run));
        console.Write(table);
    }

    public override void Show(JsonObject run)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        var outcome = run["outcome"];
        foreach (
            var (name, value) in new (string, string)[]
            {
                ("run", RunText.Of(run["id"])),
                ("status", RunText.Of(run["status"])),
                ("doing", RunText.Doing(run)),
                ("namespace", RunText.Of(run["namespace"])),
                ("labels", RunText.Labels(run)),
                ("created", RunText.Time(run["created_at"])),
                ("changed", RunText.Time(run["updated_at"])),
                ("note", RunText.Of(run["progress"]?["note"])),
                ("repeats", RunText.Of(run["rerun_of"])),
                ("job", RunText.Of(outcome?["job_uuid"] ?? run["progress"]?["job_uuid"])),
                ("paid jobs", RunText.Of(outcome?["paid_attempts"])),
                ("executor", RunText.Seconds(outcome?["executor_seconds"])),
                ("failure", RunText.Of(outcome?["failure"]?["message"] ?? outcome?["failure"]?["reason"])),
                ("check", RunText.Of(run["check"]?["verdict"])),
                ("why", RunText.Of(run["check"]?["reason"])),
                ("stdout", RunText.Of(outcome?["result"]?["stdout"]?["size"]) is { Length: > 0 } size ? size + " bytes" : ""),
                ("error", RunText.Of(run["error"])),
            }
        )
        {
            if (value.Length > 0)
            {
                grid.AddRow(new Text(name, new Style(foreground: Color.Grey)), new Text(value));
            }
        }

        console.Write(grid);
        var columns = Fitting(OfAttempts);
        var table = TableOf(columns);
        foreach (var attempt in (outcome?["attempts"] ?? run["progress"]?["attempts"])?.AsArray() ?? [])
        {
            foreach (var change in attempt!["history"]?.AsArray() ?? [])
            {
                AddRow(table, columns, new AttemptRow(attempt, change, Failure: null));
            }

            if (attempt["failure"] is { } failure)
            {
                AddRow(table, columns, new AttemptRow(attempt, Change: null, failure));
            }
        }

        if (table.Rows.Count > 0)
        {
            console.Write(table);
        }
    }

    public override async Task<JsonObject> FollowAsync(IAsyncEnumerable<JsonObject> states)
    {
        JsonObject last = [];
        var columns = Fitting(OfStates);
        var table = TableOf(columns);

        // Of more than the screen holds, the last.
        await console
            .Live(table)
            .Overflow(VerticalOverflow.Ellipsis)
            .Cropping(VerticalOverflowCropping.Top)
            .StartAsync(async live =>
            {
                await foreach (var state in states)
                {
                    last = state;
                    AddRow(table, columns, state);
                    live.Refresh();
                }
            });
        return last;
    }

    public override void Done(IReadOnlyList<JsonObject> runs, string what)
    {
        Column<JsonObject>[] columns =
        [
            new("run", 0, static run => RunText.Of(run["id"])),
            new("was", 0, static run => RunText.Of(run["status"])),
            new("now", 0, run => RunText.Of(run["problem"] ?? run["rerun"]) is { Length: > 0 } text ? text : what),
        ];
        if (runs.Count > 0)
        {
            var table = TableOf(columns);
            foreach (var run in runs)
            {
                AddRow(table, columns, run);
            }

            console.Write(table);
        }

        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{runs.Count} {(runs.Count == 1 ? "run" : "runs")}."));
    }

    private static Table TableOf<T>(Column<T>[] columns) =>
        new Table().RoundedBorder().AddColumns([.. columns.Select(static column => column.Title)]);

    private static void AddRow<T>(Table table, Column<T>[] columns, T row) =>
        table.AddRow(columns.Select(column => new Text(column.Text(row))));

    private Column<T>[] Fitting<T>(Column<T>[] columns) => [.. columns.Where(column => column.From <= console.Profile.Width)];

    /// <summary>A column of a table, in terminals of so many characters and more.</summary>
    private sealed record Column<T>(string Title, int From, Func<T, string> Text);

    /// <summary>What happened to the job of an attempt: a step of it, or how it failed.</summary>
    private sealed record AttemptRow(JsonNode Attempt, JsonNode? Change, JsonNode? Failure);
}
