using System.Text.RegularExpressions;

namespace ComputeHorde.Durable.LocalRuntime.Tests.Api;

/// <summary>The checked-in listing of the real packages' public surface.</summary>
internal static partial class ApiListing
{
    public static ILookup<(string Namespace, string Name), ApiType> Load()
    {
        var types = new List<ApiType>();
        var lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Api", "real-api.txt"));
        var space = "";
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].StartsWith("// ", StringComparison.Ordinal))
            {
                space = lines[i][3..];
                continue;
            }

            var header = Header(lines[i]);
            var members = new List<string>();
            if (i + 1 < lines.Length && lines[i + 1].StartsWith('{'))
            {
                if (lines[++i].Length > 1)
                {
                    members.AddRange(lines[i].Trim('{', '}', ' ').Split(", "));
                }
                else
                {
                    while (lines[++i] != "}")
                        members.Add(Attributes().Replace(lines[i].Trim(), ""));
                }
            }

            types.Add(new ApiType(space, Name(header[0]), header, members));
        }

        return types.ToLookup(type => (type.Namespace, type.Name));
    }

    private static string[] Header(string line)
    {
        var usage = Usage().Match(line).Value;
        var rest = Attributes().Replace(line, "");
        if (rest.Contains(" delegate ", StringComparison.Ordinal))
            return [rest];

        var colon = rest.IndexOf(" : ", StringComparison.Ordinal);
        return colon < 0 ? [usage + rest] : [usage + rest[..colon], .. Bases(rest[(colon + 3)..]).Select(@base => ": " + @base)];
    }

    /// <summary>Splits at commas outside of angle brackets.</summary>
    private static IEnumerable<string> Bases(string text)
    {
        int depth = 0, start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            depth += text[i] switch { '<' => 1, '>' => -1, _ => 0 };
            if (text[i] != ',' || depth > 0)
                continue;
            yield return text[start..i].Trim();
            start = i + 1;
        }

        yield return text[start..].Trim();
    }

    private static string Name(string header) =>
        header.Contains(" delegate ", StringComparison.Ordinal)
            ? header[..header.IndexOf('(')].Split(' ')[^1]
            : header.Split(' ').Last(word => !word.EndsWith('>') || word.Contains('<')).Split('<')[0];

    [GeneratedRegex(@"^(\[[^\]]*\] )*", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Attributes();

    [GeneratedRegex(@"\[AttributeUsage[^\]]*\] ", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Usage();
}
