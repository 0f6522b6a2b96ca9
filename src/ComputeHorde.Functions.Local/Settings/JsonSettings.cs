using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ComputeHorde.Functions.Local.Settings;

/// <summary>A JSON settings file as flat keys (<c>extensions:queues:batchSize</c>), which remembers which keys were asked for.</summary>
internal sealed class JsonSettings
{
    private static readonly JsonDocumentOptions Options = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private readonly Dictionary<string, JsonElement> _values = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _used = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _lists = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, JsonValueKind> _containers = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _replaced = new(StringComparer.OrdinalIgnoreCase);

    private JsonSettings(string path) => Path = path;

    public string Path { get; }

    /// <summary>Reads the file; a missing file is an empty one.</summary>
    /// <exception cref="LocalFunctionsException">The file cannot be read or is not a JSON object.</exception>
    public static JsonSettings Load(string path)
    {
        var settings = new JsonSettings(path);
        try
        {
            if (!File.Exists(path))
            {
                return settings;
            }

            using var document = JsonDocument.Parse(WithoutMark(File.ReadAllBytes(path)), Options);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new LocalFunctionsException($"{path} must hold a JSON object, but holds {document.RootElement.ValueKind}.");
            }

            settings.Flatten("", document.RootElement.Clone());
            return settings;
        }
        catch (JsonException exception)
        {
            throw new LocalFunctionsException(
                $"{path} is not valid JSON (line {exception.LineNumber + 1}, position {exception.BytePositionInLine + 1}): correct it there.",
                exception
            );
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LocalFunctionsException($"{path} cannot be read: {exception.Message}", exception);
        }
    }

    public bool IsEmpty => _values.Count == 0;

    /// <summary>The keys that were asked for; those that end in a colon with all below them.</summary>
    public IReadOnlyCollection<string> Used => _used;

    /// <summary>Replaces the value of a key by that of a setting, which errors then name.</summary>
    public void Replace(string key, string value, string setting)
    {
        _values[key] = JsonSerializer.SerializeToElement(value);
        _replaced[key] = setting;
    }

    public string? Text(string key) =>
        Find(key) is not { } value
            ? null
            : value.ValueKind switch
            {
                JsonValueKind.String => value.GetString(),
                JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
                _ => throw Invalid(key, "must be a single value"),
            };

    public int Integer(string key, int fallback, int minimum, int maximum) =>
        Text(key) is not { } text ? fallback
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
        && value >= minimum
        && value <= maximum
            ? value
        : throw Invalid(key, $"must be a whole number from {minimum} to {maximum}, but is '{text}'");

    public bool Flag(string key, bool fallback) =>
        Text(key) is not { } text ? fallback
        : bool.TryParse(text, out var value) ? value
        : throw Invalid(key, $"must be true or false, but is '{text}'");

    public TimeSpan Span(string key, TimeSpan fallback, TimeSpan minimum, TimeSpan maximum) =>
        Text(key) is not { } text ? fallback
        : TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var value) && value >= minimum && value <= maximum ? value
        : throw Invalid(key, $"must be a time span hh:mm:ss from {minimum:g} to {maximum:g}, but is '{text}'");

    public string OneOf(string key, string fallback, params string[] choices) =>
        Text(key) is not { } text
            ? fallback
            : choices.FirstOrDefault(choice => choice.Equals(text, StringComparison.OrdinalIgnoreCase))
                ?? throw Invalid(key, $"must be one of {string.Join(", ", choices)}, but is '{text}'");

    /// <summary>The texts of a list.</summary>
    public IEnumerable<string> Items(string key)
    {
        if (_containers.GetValueOrDefault(key, JsonValueKind.Array) != JsonValueKind.Array)
        {
            throw Invalid(key, "must be a list, but is an object");
        }

        _lists.Add(key);
        return Below(key).Select(pair => pair.Value ?? "");
    }

    /// <summary>The text values below a key, by the rest of their key.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Below(string key)
    {
        _used.Add(key + ":");
        RefuseList(key);
        foreach (var name in _values.Keys.Where(name => name.StartsWith(key + ":", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            yield return new(name[(key.Length + 1)..], Text(name));
        }
    }

    /// <summary>Counts a key and all below it as asked for: others act on them.</summary>
    public void Disregard(string key) =>
        _used.UnionWith(
            _values.Keys.Where(name =>
                name.Equals(key, StringComparison.OrdinalIgnoreCase) || name.StartsWith(key + ":", StringComparison.OrdinalIgnoreCase)
            )
        );

    /// <summary>The keys that nobody asked for, each as the shortest prefix that nobody asked anything of.</summary>
    /// <exception cref="LocalFunctionsException">One of them is a value where others are below it, or the other way round.</exception>
    public IReadOnlyList<string> Unused()
    {
        foreach (var section in _containers.Keys.Where(IsAbove))
        {
            RefuseList(section);
        }

        var unused = _values.Where(pair => !_used.Contains(pair.Key)).ToArray();
        foreach (var (key, value) in unused)
        {
            if (Parents(key).FirstOrDefault(_used.Contains) is { } single)
            {
                throw Invalid(single, "must be a single value");
            }

            if (!IsAbove(key))
            {
                continue;
            }

            if (value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.Null))
            {
                throw Invalid(key, $"must {(_lists.Contains(key) ? "be a list" : "hold further keys")}, but is '{Text(key)}'");
            }

            _used.Add(key);
        }

        return unused
            .Select(pair => pair.Key)
            .Where(key => !_used.Contains(key))
            .Select(ShortestUnused)
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .ToArray();
    }

    public LocalFunctionsException Invalid(string key, string rule) =>
        new(_replaced.TryGetValue(key, out var setting) ? $"Setting {setting} {rule}." : $"{Path}: {key.Replace(':', '.')} {rule}.");

    /// <summary>Some editors put a byte order mark in front.</summary>
    private static ReadOnlyMemory<byte> WithoutMark(byte[] json) =>
        json.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? json.AsMemory(Encoding.UTF8.Preamble.Length) : json;

    private static IEnumerable<string> Parents(string key)
    {
        for (var end = key.IndexOf(':'); end >= 0; end = key.IndexOf(':', end + 1))
        {
            yield return key[..end];
        }
    }

    private string ShortestUnused(string key)
    {
        var unused = Parents(key).FirstOrDefault(parent => !IsAbove(parent));
        return (unused ?? key).Replace(':', '.');
    }

    private void RefuseList(string section)
    {
        if (_containers.GetValueOrDefault(section) == JsonValueKind.Array && !_lists.Contains(section))
        {
            throw Invalid(section, "must hold further keys, but is a list");
        }
    }

    /// <summary>Whether anything below a key was asked for.</summary>
    private bool IsAbove(string key) => _used.Any(used => used.StartsWith(key + ":", StringComparison.OrdinalIgnoreCase));

    private JsonElement? Find(string key)
    {
        _used.Add(key);
        return _values.TryGetValue(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    private void Flatten(string prefix, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    Flatten(prefix.Length == 0 ? property.Name : $"{prefix}:{property.Name}", property.Value);
                }

                break;
            case JsonValueKind.Array:
                var index = 0;
                foreach (var item in element.EnumerateArray())
                {
                    Flatten($"{prefix}:{index++}", item);
                }

                break;
            default:
                _values[prefix] = element;
                return;
        }

        _containers[prefix] = element.ValueKind;

        // A key with nothing in it is remembered too: it may stand where a value belongs.
        if (
            prefix.Length > 0
            && (element.ValueKind == JsonValueKind.Object ? !element.EnumerateObject().Any() : element.GetArrayLength() == 0)
        )
        {
            _values[prefix] = element;
        }
    }
}
