using System.Text;

namespace ComputeHorde.Durable.Tests.Http;

/// <summary>Damages valid documents in the ways that documents get damaged: bytes, structure, types, sizes.</summary>
internal sealed class Mutations(int seed, IReadOnlyList<string> documents)
{
    private static readonly string[] Values =
    [
        "null",
        "0",
        "-1",
        "1e999",
        "99999999999999999999",
        "\"\"",
        "\" x \"",
        "\"\\u0000\"",
        "\"\\ud800\"",
        "[]",
        "{}",
        "[null]",
        "{\"\":null}",
        "true",
        "[[[[[[]]]]]]",
        "\"/output/../x\"",
        "\"/output/a\"",
        "1.5",
        "\"\\u00a0\"",
    ];

    private readonly Random _random = new(seed);

    public byte[] Next()
    {
        var document = documents[_random.Next(documents.Count)];
        for (var changes = _random.Next(1, 4); changes > 0; changes--)
        {
            document = Change(document);
        }

        var bytes = Encoding.UTF8.GetBytes(document);
        if (_random.Next(4) == 0 && bytes.Length > 0)
        {
            bytes[_random.Next(bytes.Length)] = (byte)_random.Next(256);
        }

        return _random.Next(50) == 0 ? [] : bytes;
    }

    private string Change(string document)
    {
        if (document.Length < 2)
        {
            return "{";
        }

        var at = _random.Next(document.Length);
        var length = Math.Min(_random.Next(1, 12), document.Length - at);
        return _random.Next(6) switch
        {
            0 => document.Remove(at, length),
            1 => document.Insert(at, document.Substring(at, length)),
            2 => document[..at],
            3 => document.Insert(at, Values[_random.Next(Values.Length)]),
            _ => ReplaceValue(document, at),
        };
    }

    /// <summary>Puts another value behind the next colon: the document stays JSON.</summary>
    private string ReplaceValue(string document, int at)
    {
        var colon = document.IndexOf(':', at);
        if (colon < 0)
        {
            return document + ",";
        }

        var end = document.IndexOfAny([',', '}', ']'], colon);
        return end < 0 ? document : string.Concat(document.AsSpan(0, colon + 1), Values[_random.Next(Values.Length)], document.AsSpan(end));
    }
}
