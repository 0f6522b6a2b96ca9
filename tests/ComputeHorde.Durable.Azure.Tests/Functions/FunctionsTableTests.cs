using Microsoft.Azure.Functions.Worker;

namespace ComputeHorde.Durable.Azure.Tests.Functions;

public sealed class FunctionsTableTests
{
    private const string Head =
        "| function | trigger | binding | authorization | connection | other bindings |\n|---|---|---|---|---|---|\n";

    /// <summary>
    /// A change of a trigger is a change of docs/functions.md, and so seen in review. UPDATE_FUNCTIONS_TABLE=1 writes the file anew.
    /// </summary>
    [Fact]
    public void Functions_Metadata_IsWhatTheCheckedInTableSays()
    {
        var path = Repository.Path("docs", "functions.md");
        var documentation = File.ReadAllText(path).ReplaceLineEndings("\n");
        var start = documentation.IndexOf(Head, StringComparison.Ordinal);
        Assert.True(start >= 0, "docs/functions.md has lost the head of its table.");
        var end = documentation.IndexOf("\n\n", start, StringComparison.Ordinal) is var blank and >= 0 ? blank + 1 : documentation.Length;
        var actual = Head + string.Concat(FunctionsTable.Rows.Select(static row => row + "\n"));

        if (Environment.GetEnvironmentVariable("UPDATE_FUNCTIONS_TABLE") == "1")
        {
            File.WriteAllText(path, documentation[..start] + actual + documentation[end..]);
            return;
        }

        Assert.Equal(documentation[start..end], actual);
    }

    [Fact]
    public void Functions_OverHttp_AskForAFunctionKeyUnlessTheyReportHealthOrAreThePage() =>
        Assert.All(
            FunctionsTable.Rows.Where(static row => row.Trigger == "http"),
            static row =>
                Assert.Equal(
                    row.Name is "Health" or "ShowPage" or "ShowPageFile"
                        ? nameof(AuthorizationLevel.Anonymous)
                        : nameof(AuthorizationLevel.Function),
                    row.Authorization
                )
        );

    [Fact]
    public void Functions_Names_AreUnique() =>
        Assert.Distinct(FunctionsTable.Rows.Select(static row => row.Name), StringComparer.OrdinalIgnoreCase);

    [Fact]
    public void Functions_WithASchedule_TakeItFromASetting() =>
        Assert.All(
            FunctionsTable.Rows.Where(static row => row.Trigger == "timer"),
            static row => Assert.StartsWith("`%ComputeHorde", row.Binding, StringComparison.Ordinal)
        );
}
