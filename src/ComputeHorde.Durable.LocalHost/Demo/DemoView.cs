using System.Diagnostics;
using System.Globalization;
using ComputeHorde.Durable.LocalHost.Demo.Answers;
using Spectre.Console;

namespace ComputeHorde.Durable.LocalHost.Demo;

/// <summary>Shows a run while it happens: a live table on a terminal, plain lines elsewhere.</summary>
internal abstract class DemoView
{
    private readonly long _start = Stopwatch.GetTimestamp();

    public static DemoView Create(bool plain) => plain ? new PlainView() : new LiveView();

    /// <summary>A step of the preparation.</summary>
    public abstract void Step(string text);

    public abstract void Heading(string text);

    /// <summary>Facts, as a table of two columns.</summary>
    public abstract void Facts(IReadOnlyList<(string Name, string Value)> facts);

    /// <summary>A check that the demo made on its own claims.</summary>
    public abstract void Check(bool passed, string text);

    public abstract Task<RunAnswer> FollowAsync(IAsyncEnumerable<RunAnswer> states);

    public abstract Task<BatchAnswer> FollowAsync(IAsyncEnumerable<BatchAnswer> states);

    protected string Elapsed() => Stopwatch.GetElapsedTime(_start).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) + " s";

    protected static string[] Cells(RunAnswer run) =>
        [
            run.Progress is { } progress ? $"{progress.Attempt} of {progress.MaxAttempts}" : "",
            run.Outcome is null ? run.Progress?.Phase ?? run.Status : run.Status,
            run.Progress?.Status ?? "",
            run.Progress?.JobUuid ?? "",
            run.Progress?.Note ?? "",
        ];

    private static InvalidOperationException NeverSeen() => new("It was never seen.");

    private sealed class PlainView : DemoView
    {
        public override void Step(string text) => Console.WriteLine($"[{Elapsed()}] {text}");

        public override void Heading(string text) => Console.WriteLine($"{Environment.NewLine}== {text}");

        public override void Facts(IReadOnlyList<(string Name, string Value)> facts)
        {
            var width = facts.Max(static fact => fact.Name.Length);
            foreach (var (name, value) in facts)
            {
                Console.WriteLine($"{name.PadRight(width)}  {value}");
            }
        }

        public override void Check(bool passed, string text) => Console.WriteLine($"{(passed ? "ok  " : "FAIL")} {text}");

        public override async Task<RunAnswer> FollowAsync(IAsyncEnumerable<RunAnswer> states)
        {
            RunAnswer? last = null;
            await foreach (var state in states)
            {
                last = state;
                Console.WriteLine($"[{Elapsed()}] attempt {string.Join("  ", Cells(state).Where(static cell => cell.Length > 0))}");
            }

            return last ?? throw NeverSeen();
        }

        public override async Task<BatchAnswer> FollowAsync(IAsyncEnumerable<BatchAnswer> states)
        {
            BatchAnswer? last = null;
            var tenth = -1;
            await foreach (var state in states)
            {
                last = state;
                if (
                    state.Progress is { Phase: "running", Valid: > 0 } progress
                    && progress.Done * 10 / progress.Valid is var now
                    && now > tenth
                )
                {
                    tenth = now;
                    Console.WriteLine($"[{Elapsed()}] {progress.Done} of {progress.Valid} ended, {progress.Completed} of them completed");
                }
            }

            return last ?? throw NeverSeen();
        }
    }

    private sealed class LiveView : DemoView
    {
        public override void Step(string text) => AnsiConsole.MarkupLineInterpolated($"[grey]{Elapsed(),7}[/] {text}");

        public override void Heading(string text)
        {
            AnsiConsole.WriteLine();
            AnsiConsole.Write(new Rule($"[bold]{Markup.Escape(text)}[/]").LeftJustified());
        }

        public override void Facts(IReadOnlyList<(string Name, string Value)> facts)
        {
            var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
            foreach (var (name, value) in facts)
            {
                grid.AddRow(new Text(name, new Style(foreground: Color.Grey)), new Text(value));
            }

            AnsiConsole.Write(grid);
        }

        public override void Check(bool passed, string text) =>
            AnsiConsole.MarkupLine($"{(passed ? "[green]✓[/]" : "[red]✗[/]")} {Markup.Escape(text)}");

        public override async Task<RunAnswer> FollowAsync(IAsyncEnumerable<RunAnswer> states)
        {
            RunAnswer? last = null;
            var table = new Table().RoundedBorder().AddColumns("at", "attempt", "run", "job status", "job", "note");
            await AnsiConsole
                .Live(table)
                .StartAsync(async live =>
                {
                    await foreach (var state in states)
                    {
                        last = state;
                        table.AddRow([new Text(Elapsed()), .. Cells(state).Select(static cell => new Text(cell))]);
                        live.Refresh();
                    }
                });
            return last ?? throw NeverSeen();
        }

        public override async Task<BatchAnswer> FollowAsync(IAsyncEnumerable<BatchAnswer> states)
        {
            BatchAnswer? last = null;
            await AnsiConsole
                .Progress()
                .AutoClear(false)
                .StartAsync(async bars =>
                {
                    var bar = bars.AddTask("waiting");
                    await foreach (var state in states)
                    {
                        last = state;
                        if (state.Progress is { Valid: > 0 } progress)
                        {
                            bar.Description = Markup.Escape($"{progress.Done} of {progress.Valid} ended");
                            bar.MaxValue = progress.Valid;
                            bar.Value = progress.Done;
                        }
                    }
                });
            return last ?? throw NeverSeen();
        }
    }
}
