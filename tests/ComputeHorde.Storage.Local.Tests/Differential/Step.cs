namespace ComputeHorde.Storage.Local.Tests.Differential;

/// <summary>A request of a scenario, written as <c>METHOD blob|queue /path?query | header: value | ... &lt;&lt; body</c>.</summary>
internal sealed record Step(string Method, bool IsBlob, string Path, IReadOnlyDictionary<string, string> Headers, string? Body)
{
    public static Step Parse(string line)
    {
        var parts = line.Split(" << ", 2);
        var fields = parts[0].Split(" | ");
        var head = fields[0].Split(' ', 3);
        return new Step(
            head[0],
            head[1] == "blob",
            head[2],
            fields[1..].Select(field => field.Split(": ", 2)).ToDictionary(pair => pair[0], pair => pair.Length > 1 ? pair[1] : ""),
            parts.Length > 1 ? parts[1] : null
        );
    }
}
