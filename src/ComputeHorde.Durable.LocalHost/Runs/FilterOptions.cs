using System.CommandLine;
using System.Text.Json.Nodes;
using ComputeHorde.Durable.LocalHost.Commands;

namespace ComputeHorde.Durable.LocalHost.Runs;

/// <summary>The filters of the API as options: the functions judge their values.</summary>
internal sealed class FilterOptions
{
    private readonly Option<string[]> _status = new("--status")
    {
        Description = "With one of these statuses; may be given several times.",
        AllowMultipleArgumentsPerToken = false,
    };
    private readonly Option<string[]> _label = new("--label")
    {
        Description = "With this label, key=value or key; given several times, with all of them.",
        AllowMultipleArgumentsPerToken = false,
    };
    private readonly Option<string?> _namespace = new("--namespace") { Description = "Of this namespace." };
    private readonly Option<string?> _prefix = new("--prefix") { Description = "Whose names begin so; 'lot-1~' for those of batch lot-1." };
    private readonly Option<string?> _after = new("--created-after") { Description = "Created then or later, as in 2026-11-28T14:30:00Z." };
    private readonly Option<string?> _before = new("--created-before") { Description = "Created then or earlier." };
    private readonly Option<string?> _failure = new("--failure-class") { Description = "That ended by a failure of this class." };
    private readonly Option<string?> _phase = new("--phase") { Description = "That have not ended and are in this phase." };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _status, _label, _namespace, _prefix, _after, _before, _failure, _phase })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Name and value of every filter that was given.</summary>
    public IReadOnlyList<(string Name, string Value)> Read(ParseResult parsed) =>
        [
            .. (parsed.GetValue(_status) ?? []).Select(static value => ("status", value)),
            .. (parsed.GetValue(_label) ?? []).Select(static value => ("label", value)),
            .. new[]
            {
                ("namespace", parsed.GetValue(_namespace)),
                ("prefix", parsed.GetValue(_prefix)),
                ("created_after", parsed.GetValue(_after)),
                ("created_before", parsed.GetValue(_before)),
                ("failure_class", parsed.GetValue(_failure)),
                ("phase", parsed.GetValue(_phase)),
            }
                .Where(static filter => filter.Item2 is not null)
                .Select(static filter => (filter.Item1, filter.Item2!)),
        ];

    /// <summary>The filters as a body has them.</summary>
    public static JsonObject ToBody(IReadOnlyList<(string Name, string Value)> filters)
    {
        var body = new JsonObject();
        foreach (var group in filters.GroupBy(static filter => filter.Name))
        {
            body[group.Key] = group.Key is "status" or "label"
                ? new JsonArray([.. group.Select(static filter => JsonValue.Create(filter.Value))])
                : group.Single().Value;
        }

        return body;
    }
}
