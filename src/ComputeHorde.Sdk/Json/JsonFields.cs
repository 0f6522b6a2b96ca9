using System.Text.Json;

namespace ComputeHorde.Sdk;

/// <summary>The fields of one JSON object, read by name and type; every fault is added to a list with the field's path.</summary>
internal sealed class JsonFields
{
    private readonly Dictionary<string, JsonElement> _fields = new(StringComparer.Ordinal);
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);
    private readonly string _path;
    private readonly ProblemList _problems;

    public JsonFields(JsonElement json, string path, ProblemList problems)
    {
        _path = path;
        _problems = problems;
        if (json.ValueKind != JsonValueKind.Object)
        {
            problems.Add(path.Length == 0 ? "(body)" : path, "must be an object.");
            return;
        }

        foreach (var (name, value) in json.Members())
        {
            if (!_fields.TryAdd(name, value))
            {
                Refuse(name, "comes twice.");
            }
        }
    }

    public bool IsText(string name) => _fields.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.String;

    public string? Text(string name, bool required = false) =>
        Get(name, JsonValueKind.String, "a text", required) is { } value ? Valid(Name(name), value) : null;

    public int? Integer(string name, bool required = false)
    {
        if (Get(name, JsonValueKind.Number, "a whole number", required) is not { } value)
        {
            return null;
        }

        if (value.TryGetWhole(out int number))
        {
            return number;
        }

        Refuse(name, $"must be a whole number of at most {int.MaxValue}.");
        return null;
    }

    public bool? Boolean(string name)
    {
        if (!Present(name, out var value))
        {
            return null;
        }

        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return value.GetBoolean();
        }

        Refuse(name, "must be true or false.");
        return null;
    }

    public IReadOnlyList<string>? Texts(string name)
    {
        if (Get(name, JsonValueKind.Array, "a list of texts") is not { } list)
        {
            return null;
        }

        var texts = new List<string>();
        foreach (var item in list.EnumerateArray())
        {
            texts.Add(Element($"{Name(name)}[{texts.Count}]", item));
        }

        return texts;
    }

    public OrderedDictionary<string, string>? Map(string name)
    {
        if (Get(name, JsonValueKind.Object, "an object of texts") is not { } map)
        {
            return null;
        }

        var texts = new OrderedDictionary<string, string>();
        foreach (var (key, value) in map.Members())
        {
            var path = $"{Name(name)}[\"{key}\"]";
            if (!texts.TryAdd(key, Element(path, value)))
            {
                _problems.Add(path, "comes twice.");
            }
        }

        return texts;
    }

    public OrderedDictionary<string, T>? Objects<T>(string name, Func<JsonFields, T?> read)
        where T : class
    {
        if (Get(name, JsonValueKind.Object, "an object") is not { } map)
        {
            return null;
        }

        var objects = new OrderedDictionary<string, T>();
        foreach (var (key, value) in map.Members())
        {
            var path = $"{Name(name)}[\"{key}\"]";
            if (read(new JsonFields(value, path, _problems)) is { } item && !objects.TryAdd(key, item))
            {
                _problems.Add(path, "comes twice.");
            }
        }

        return objects;
    }

    public void Refuse(string name, string message) => _problems.Add(Name(name), message);

    /// <summary>Refuses the fields that nothing has asked for.</summary>
    public void RefuseOthers()
    {
        foreach (var name in _fields.Keys.Where(name => !_read.Contains(name)))
        {
            Refuse(name, "is not a known field.");
        }
    }

    private string Name(string name) => _path.Length == 0 ? name : $"{_path}.{name}";

    private string Element(string path, JsonElement item)
    {
        if (item.ValueKind == JsonValueKind.String)
        {
            return Valid(path, item);
        }

        _problems.Add(path, "must be a text.");
        return "";
    }

    private string Valid(string path, JsonElement item)
    {
        try
        {
            return item.GetString()!;
        }
        catch (InvalidOperationException)
        {
            _problems.Add(path, "is not valid Unicode.");
            return "";
        }
    }

    private bool Present(string name, out JsonElement value)
    {
        _read.Add(name);
        return _fields.TryGetValue(name, out value) && value.ValueKind != JsonValueKind.Null;
    }

    private JsonElement? Get(string name, JsonValueKind kind, string what, bool required = false)
    {
        if (Present(name, out var value))
        {
            if (value.ValueKind == kind)
            {
                return value;
            }

            Refuse(name, $"must be {what}.");
        }
        else if (required)
        {
            Refuse(name, "is required.");
        }

        return null;
    }
}
