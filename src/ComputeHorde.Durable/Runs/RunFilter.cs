using System.Globalization;
using System.Text.RegularExpressions;
using ComputeHorde.Sdk;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Durable.Runs;

/// <summary>
/// Which runs are meant: by lists, bulk cancel and bulk rerun alike. The task hub looks up status, prefix and creation by itself;
/// namespace, labels, failure class and phase are in what the runs hold, so those are read and compared one by one.
/// </summary>
internal sealed partial record RunFilter
{
    /// <summary>The names of all filters, as they stand in queries and bodies.</summary>
    public static readonly IReadOnlyList<string> Names =
    [
        "status",
        "namespace",
        "prefix",
        "label",
        "created_after",
        "created_before",
        "failure_class",
        "phase",
    ];

    private const int MostLabels = 8,
        MaxNamespaceLength = 100;

    private static readonly string[] Times =
    [
        "yyyy-MM-dd",
        "yyyy-MM-dd'T'HH:mmK",
        "yyyy-MM-dd'T'HH:mm:ssK",
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
    ];

    /// <summary>Any of these, as <see cref="RunView.Status"/> has them; empty for all.</summary>
    public IReadOnlyList<string> Statuses { get; init; } = [];

    public string? Namespace { get; init; }

    /// <summary>How the names begin.</summary>
    public string? Prefix { get; init; }

    /// <summary>Labels that all have to be there; a null value takes any.</summary>
    public IReadOnlyList<(string Key, string? Value)> Labels { get; init; } = [];

    public DateTimeOffset? CreatedAfter { get; init; }

    public DateTimeOffset? CreatedBefore { get; init; }

    public string? FailureClass { get; init; }

    /// <summary>What a run that has not ended is doing: one of <see cref="RunPhases"/>.</summary>
    public string? Phase { get; init; }

    /// <summary>Whether it means every run there is.</summary>
    public bool IsEmpty =>
        Statuses.Count == 0
        && Labels.Count == 0
        && (Namespace ?? Prefix ?? FailureClass ?? Phase) is null
        && (CreatedAfter ?? CreatedBefore) is null;

    /// <summary>What the task hub is asked for.</summary>
    public OrchestrationQuery ToQuery(int pageSize) =>
        new()
        {
            Statuses = Statuses.Count == 0 ? null : Statuses.SelectMany(RunPage.RuntimeStatuses).Distinct().ToList(),
            InstanceIdPrefix = Prefix,
            CreatedFrom = CreatedAfter,
            CreatedTo = CreatedBefore,
            PageSize = pageSize,
            FetchInputsAndOutputs = true,
        };

    /// <summary>Whether a run that the task hub found is one of those meant.</summary>
    public bool Matches(RunView run) =>
        (Statuses.Count == 0 || Statuses.Contains(run.Status))
        && (Namespace is null || run.Namespace == Namespace)
        && (FailureClass is null || run.Outcome?.Failure?.Class == FailureClass)
        && (Phase is null || (run is { Outcome: null, Error: null } && run.Progress?.Phase == Phase))
        && Labels.All(label =>
            run.Labels is { } labels && labels.TryGetValue(label.Key, out var value) && (label.Value is null || label.Value == value)
        );

    /// <summary>Reads the filters.</summary>
    /// <param name="values">The values under a name; none when it was not given.</param>
    /// <param name="problems">Gets what is wrong, by field and rule.</param>
    public static RunFilter Read(Func<string, IReadOnlyList<string>> values, List<ValidationProblem> problems)
    {
        var labels = values("label").Select(static text => (Text: text, Label: RunLabels.Parse(text))).ToList();
        Require(labels.Count <= MostLabels, "label", $"must be given at most {MostLabels} times.");
        Require(
            labels.TrueForAll(static label => label.Label is not null),
            "label",
            $"must be key=value or key, as labels of a request are, the value of at most {RunLabels.MaxValueLength} characters."
        );
        var statuses = values("status").Distinct().ToList();
        Require(statuses.TrueForAll(RunPage.Statuses.Contains), "status", $"must be one of {string.Join(", ", RunPage.Statuses)}.");
        var filter = new RunFilter
        {
            Statuses = statuses,
            Namespace = One(
                "namespace",
                static text => text.Length <= MaxNamespaceLength,
                $"must be given once, with at most {MaxNamespaceLength} characters."
            ),
            Prefix = One(
                "prefix",
                static text => PrefixPattern().IsMatch(text),
                "must be given once, with 1 to 120 characters of A-Z a-z 0-9 . _ : - ~ and begin with a letter or a digit."
            ),
            Labels = [.. labels.Where(static label => label.Label is not null).Select(static label => label.Label!.Value)],
            CreatedAfter = Time("created_after"),
            CreatedBefore = Time("created_before"),
            FailureClass = One("failure_class", FailureClasses.All.Contains, $"must be one of {string.Join(", ", FailureClasses.All)}."),
            Phase = One("phase", RunPhases.All.Contains, $"must be one of {string.Join(", ", RunPhases.All)}."),
        };
        Require(
            filter.CreatedAfter is not { } from || filter.CreatedBefore is not { } to || from <= to,
            "created_before",
            "must not be earlier than created_after."
        );
        return filter;

        string? One(string name, Func<string, bool> isGood, string rule)
        {
            var given = values(name);
            Require(given.Count == 0 || (given.Count == 1 && isGood(given[0])), name, rule);
            return given is [var value] && isGood(value) ? value : null;
        }

        DateTimeOffset? Time(string name)
        {
            var text = One(
                name,
                static text => TryReadTime(text, out _),
                "must be a time as in 2026-11-28T14:30:00Z; in a query the + of a zone is written %2B."
            );
            return text is not null && TryReadTime(text, out var time) ? time : null;
        }

        void Require(bool isGood, string name, string rule)
        {
            if (!isGood)
            {
                problems.Add(new ValidationProblem(name, rule));
            }
        }
    }

    private static bool TryReadTime(string text, out DateTimeOffset time) =>
        DateTimeOffset.TryParseExact(
            text,
            Times,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out time
        );

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._:~-]{0,119}\\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PrefixPattern();
}
