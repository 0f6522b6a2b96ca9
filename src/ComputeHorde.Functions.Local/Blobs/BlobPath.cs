using System.Text;
using System.Text.RegularExpressions;

namespace ComputeHorde.Functions.Local.Blobs;

/// <summary>A container and a blob name with placeholders: <c>jobs/{name}.json</c>. Matches names, and fills in values.</summary>
internal sealed partial class BlobPath
{
    private readonly Regex _pattern;
    private readonly string _template;
    private readonly string[] _names;

    private BlobPath(string container, string template, string[] names, bool namesContainer)
    {
        Container = container;
        NamesContainer = namesContainer;
        _template = template;
        _names = names;

        var pattern = new StringBuilder("^");
        var position = 0;
        foreach (Match match in Placeholder().Matches(template))
        {
            pattern.Append(Regex.Escape(template[position..match.Index])).Append("(.*)");
            position = match.Index + match.Length;
        }

        pattern.Append(Regex.Escape(template[position..])).Append('$');
        _pattern = new Regex(pattern.ToString(), RegexOptions.CultureInvariant | RegexOptions.Singleline, TimeSpan.FromSeconds(1));
        Prefix = template[..(template.IndexOf('{') is var brace and >= 0 ? brace : template.Length)];
    }

    public string Container { get; }

    /// <summary>Whether the path is no more than a container.</summary>
    public bool NamesContainer { get; }

    /// <summary>What every matching blob name begins with.</summary>
    public string Prefix { get; }

    /// <summary>Parses <c>container</c> or <c>container/name</c>; without a name every blob of the container matches.</summary>
    /// <exception cref="LocalFunctionsException">It is not a path.</exception>
    public static BlobPath Parse(string path, string place)
    {
        var slash = path.IndexOf('/');
        var container = slash < 0 ? path : path[..slash];
        var template = slash < 0 ? "{blobname}" : path[(slash + 1)..];
        var names = Placeholder().Matches(template).Select(match => match.Groups["name"].Value).ToArray();
        var literal = Placeholder().Replace(template, "");
        if (
            !ContainerName().IsMatch(container)
            || template.Length == 0
            || literal.AsSpan().ContainsAny('{', '}')
            || names.Distinct().Count() != names.Length
        )
        {
            throw new LocalFunctionsException(
                $"{place}: '{path}' is not a blob path: write container/name, with placeholders like {{name}} in the name only."
            );
        }

        return new BlobPath(container, template, names, namesContainer: slash < 0);
    }

    /// <summary>The values of the placeholders if the name matches; else null.</summary>
    public Dictionary<string, object?>? Match(string blob)
    {
        var match = _pattern.Match(blob);
        if (!match.Success)
        {
            return null;
        }

        var values = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < _names.Length; i++)
        {
            values[_names[i]] = match.Groups[i + 1].Value;
        }

        return values;
    }

    /// <summary>The blob name with every placeholder replaced.</summary>
    /// <exception cref="LocalFunctionsException">A value is missing.</exception>
    public string Fill(IReadOnlyDictionary<string, object?> values, string place) =>
        Placeholder()
            .Replace(
                _template,
                match =>
                    match.Groups["name"].Value switch
                    {
                        "rand-guid" => Guid.NewGuid().ToString(),
                        var name when values.TryGetValue(name, out var value) && value is not null => Convert.ToString(value)!,
                        var name => throw new LocalFunctionsException($"{place}: the trigger has no value '{name}' for the blob path."),
                    }
            );

    [GeneratedRegex(
        @"\{(?<name>[A-Za-z][\w-]*)\}",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Placeholder();

    [GeneratedRegex("^[a-z0-9$][a-z0-9-]{2,62}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ContainerName();
}
