using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ComputeHorde.Sdk;

/// <summary>
/// The JSON form of a job specification: snake_case with the Python SDK's field names (protocol 5.7). Input volumes have a <c>type</c> of
/// <c>inline</c>
/// (<c>contents</c>), <c>http</c> (<c>url</c>), <c>huggingface</c> (<c>repo_id</c>, <c>repo_type</c>, <c>revision</c>,
/// <c>allow_patterns</c>, <c>token</c>) or <c>zip_url</c> (<c>url</c>);
/// output volumes have <c>http_method</c>, <c>url</c>, <c>form_fields</c> and <c>signed_headers</c>. Fields that are not known are refused
/// by name.
/// </summary>
public static class ComputeHordeJson
{
    /// <summary>Options with snake_case names, texts for enumerations, and the specification's own reader and writer.</summary>
    public static JsonSerializerOptions Options { get; } = CreateOptions();

    /// <summary>Reads a specification. Only its form is checked; <see cref="JobSpecValidation"/> checks its values.</summary>
    /// <param name="json">The JSON object.</param>
    /// <returns>The specification.</returns>
    /// <exception cref="ComputeHordeValidationException">Fields are missing, unknown, repeated or of another type; all are
    /// named.</exception>
    public static ComputeHordeJobSpec ReadJobSpec(JsonElement json) =>
        TryReadJobSpec(json, out var spec, out var problems) ? spec : throw new ComputeHordeValidationException(problems);

    /// <summary>Reads a specification. Only its form is checked; <see cref="JobSpecValidation"/> checks its values.</summary>
    /// <param name="json">The JSON text; a byte order mark before it is skipped.</param>
    /// <returns>The specification.</returns>
    /// <exception cref="ComputeHordeValidationException">Not JSON, or fields are missing, unknown, repeated or of another type; all are
    /// named.</exception>
    public static ComputeHordeJobSpec ReadJobSpec(string json)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json.TrimStart('\uFEFF'));
        }
        catch (Exception error) when (error is JsonException or ArgumentException)
        {
            throw new ComputeHordeValidationException("(body)", $"is not JSON: {error.Message}");
        }

        using (document)
        {
            return ReadJobSpec(document.RootElement);
        }
    }

    /// <summary>Reads a specification without throwing.</summary>
    /// <param name="json">The JSON object.</param>
    /// <param name="spec">The specification, when it could be read.</param>
    /// <param name="problems">Every fault of its form; empty when it could be read.</param>
    /// <returns>True when it could be read.</returns>
    public static bool TryReadJobSpec(
        JsonElement json,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ComputeHordeJobSpec? spec,
        out IReadOnlyList<ValidationProblem> problems
    )
    {
        var list = new ProblemList();
        spec = JobSpecJsonReader.Read(json, list);
        problems = list.Problems;
        if (problems.Count > 0)
        {
            spec = null;
        }

        return spec is not null;
    }

    /// <summary>Writes a specification, in one line.</summary>
    /// <param name="spec">The specification.</param>
    /// <returns>The JSON text, which <see cref="ReadJobSpec(string)"/> reads back as the same specification.</returns>
    public static string WriteJobSpec(ComputeHordeJobSpec spec) => JsonSerializer.Serialize(spec, Options);

    private static JsonSerializerOptions CreateOptions()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            DictionaryKeyPolicy = null,
            PropertyNameCaseInsensitive = false,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower), new JobSpecJsonConverter() },
        };
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
