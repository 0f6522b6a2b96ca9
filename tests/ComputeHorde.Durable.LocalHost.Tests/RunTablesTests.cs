using System.Text.Json.Nodes;
using ComputeHorde.Durable.LocalHost.Runs;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ComputeHorde.Durable.LocalHost.Tests;

/// <summary>Tables keep within the terminal, and what strangers wrote steers nothing.</summary>
public sealed class RunTablesTests
{
    /// <summary>Escapes that color, link and set a title, marks that turn and hide, wide characters, half a character.</summary>
    private const string Hostile =
        "a\u001b[31mb\u001b]8;;https://x.test\u0007c\u001b]0;title\u0007\u009b2Jd\u202ee\u200ff\u200bg\u2028h\r\ni\t漢字漢字漢字 👩‍🚀 \ud800 [red]x[/]";

    [Theory]
    [InlineData(40, "run status")]
    [InlineData(80, "run status doing created")]
    [InlineData(120, "run status doing namespace labels created executor")]
    public async Task List_AtAWidth_ShowsWhatFitsAndNoControl(int width, string columns)
    {
        var lines = await LinesAsync(width, static tables => tables.ListAsync(Runs().ToAsyncEnumerable()));

        Assert.Equal(
            columns,
            string.Join(' ', lines[1].Split('│', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        );
        Assert.Contains(lines, static line => line.Contains("train-42 ", StringComparison.Ordinal));
        Assert.Contains(lines, static line => line.Contains("completed", StringComparison.Ordinal));
        AssertFit(lines, width);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(120)]
    public async Task ShowFollowAndDone_AtAWidth_KeepWithinItAndShowNoControl(int width)
    {
        var shown = await LinesAsync(
            width,
            static tables =>
            {
                tables.Show(Runs().First());
                return Task.CompletedTask;
            }
        );
        var followed = await LinesAsync(width, static tables => tables.FollowAsync(Runs().ToAsyncEnumerable()));
        var done = await LinesAsync(
            width,
            static tables =>
            {
                tables.Done(
                    [
                        new JsonObject
                        {
                            ["id"] = "train-42",
                            ["status"] = "failed",
                            ["problem"] = Hostile,
                        },
                    ],
                    "cancelled"
                );
                return Task.CompletedTask;
            }
        );

        Assert.All([shown, followed, done], lines => AssertFit(lines, width));
        Assert.Contains(shown, static line => line.Contains("nonzero", StringComparison.Ordinal));
    }

    private static IEnumerable<JsonObject> Runs() =>
        new[] { "train-42", new string('n', 100) }.Select(static id => new JsonObject
        {
            ["id"] = id,
            ["status"] = "completed",
            ["namespace"] = Hostile,
            ["labels"] = new JsonObject { [Hostile] = Hostile },
            ["created_at"] = "2026-11-28T12:00:00Z",
            ["updated_at"] = "2026-11-28T12:00:00Z",
            ["failure_class"] = "failed",
            ["executor_seconds"] = 12.5,
            ["progress"] = new JsonObject
            {
                ["phase"] = "settling",
                ["attempt"] = 1,
                ["job_uuid"] = Guid.Empty.ToString(),
                ["note"] = Hostile,
            },
            ["outcome"] = new JsonObject
            {
                ["failure"] = new JsonObject { ["message"] = Hostile },
                ["attempts"] = new JsonArray(
                    new JsonObject
                    {
                        ["number"] = 1,
                        ["history"] = new JsonArray(new JsonObject { ["status"] = "accepted", ["at"] = "2026-11-28T12:00:00Z" }),
                        ["failure"] = new JsonObject { ["class"] = "failed", ["reason"] = "nonzero" },
                    }
                ),
            },
        });

    private static async Task<List<string>> LinesAsync(int width, Func<RunTables, Task> show)
    {
        await using var text = new StringWriter();
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Ansi = AnsiSupport.No,
                ColorSystem = ColorSystemSupport.NoColors,
                Interactive = InteractionSupport.No,
                Out = new AnsiConsoleOutput(text),
            }
        );
        console.Profile.Width = width;
        await show(new RunTables(console));

        // A live table is drawn over itself in a terminal, and behind itself elsewhere.
        return [.. text.ToString().Replace("╯╭", "╯\n╭", StringComparison.Ordinal).Split('\n').Select(static line => line.TrimEnd('\r'))];
    }

    private static void AssertFit(List<string> lines, int width)
    {
        Assert.All(lines, line => Assert.InRange(new Segment(line).CellCount(), 0, width));
        Assert.DoesNotContain(
            lines,
            static line =>
                line.Any(static character => char.IsControl(character) || character is '\u202e' or '\u200f' or '\u200b' or '\u2028')
        );
    }
}
