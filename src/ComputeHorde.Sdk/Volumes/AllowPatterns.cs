using System.Text.Json.Nodes;

namespace ComputeHorde.Sdk;

/// <summary>
/// File patterns of a <see cref="HuggingfaceVolume"/>: one text or a list. The form is kept, because it is signed (protocol 3.4).
/// </summary>
public sealed class AllowPatterns
{
    private readonly string? _text;

    private AllowPatterns(string? text, IReadOnlyList<string> patterns)
    {
        _text = text;
        Patterns = patterns;
    }

    /// <summary>The patterns, whichever form they have.</summary>
    public IReadOnlyList<string> Patterns { get; }

    /// <summary>True for the form of a single text.</summary>
    public bool IsText => _text is not null;

    /// <summary>One pattern as a text.</summary>
    /// <param name="pattern">For instance <c>*.safetensors</c>.</param>
    /// <returns>The patterns.</returns>
    public static AllowPatterns Text(string pattern) => new(pattern, [pattern]);

    /// <summary>A list of patterns; an empty list stays an empty list.</summary>
    /// <param name="patterns">The patterns.</param>
    /// <returns>The patterns.</returns>
    public static AllowPatterns List(params IEnumerable<string> patterns) => new(null, [.. patterns]);

    /// <summary>One pattern as a text.</summary>
    /// <param name="pattern">For instance <c>*.safetensors</c>.</param>
    public static implicit operator AllowPatterns(string pattern) => Text(pattern);

    /// <summary>A list of patterns.</summary>
    /// <param name="patterns">The patterns.</param>
    public static implicit operator AllowPatterns(string[] patterns) => List(patterns);

    internal JsonNode ToNode() => _text is not null ? JsonValue.Create(_text) : new JsonArray([.. Patterns.Select(p => (JsonNode)p)]);

    /// <summary>The patterns, separated by commas.</summary>
    /// <returns>A short description.</returns>
    public override string ToString() => string.Join(", ", Patterns);
}
