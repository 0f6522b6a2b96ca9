using System.Text.Json.Nodes;
using Spectre.Console;

namespace ComputeHorde.Durable.LocalHost.Runs;

/// <summary>Shows runs: tables in a terminal, JSON Lines, as the API gave them, in a pipe.</summary>
internal abstract class RunOutput
{
    public static RunOutput Create(bool asJson) =>
        asJson || Console.IsOutputRedirected ? new JsonLines() : new RunTables(AnsiConsole.Console);

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
}
