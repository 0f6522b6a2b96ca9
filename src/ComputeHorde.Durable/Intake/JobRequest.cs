using System.Text.Json;
using System.Text.Json.Nodes;
using ComputeHorde.Durable.Checks;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Notices;
using ComputeHorde.Durable.Runs;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.Intake;

/// <summary>
/// What a caller asks for: the fields of a ComputeHorde job specification (protocol 5.7) beside <c>outputs</c>, the paths that we mint
/// upload URLs for, <c>policy</c>, <c>cross_validation</c>, <c>limits</c>, <c>labels</c>, <c>webhook</c> and <c>streaming_certificate</c>.
/// </summary>
/// <param name="Spec">The job.</param>
/// <param name="Outputs">Output paths (<c>/output/...</c>) whose upload URLs are ours.</param>
/// <param name="Policy">What the run may cost and how long it may take.</param>
internal sealed record JobRequest(ComputeHordeJobSpec Spec, IReadOnlyList<string> Outputs, RunPolicy Policy)
{
    /// <summary>Whether and how the result is checked; null for not at all.</summary>
    public CheckPolicy? CrossValidation { get; init; }

    /// <summary>
    /// The certificate, PEM, that the server of a streaming job is to ask for, when the caller keeps its private key; null for one that is
    /// made for each attempt.
    /// </summary>
    public string? StreamingCertificate { get; init; }

    /// <summary>Who is told how the run ends; null for whoever the settings name.</summary>
    public WebhookRequest? Webhook { get; init; }

    /// <summary>The request as it was sent: what is stored, and whose hash the run holds on to.</summary>
    internal BinaryData Json { get; private init; } = BinaryData.Empty;

    /// <summary>Limits of the request's own, beside those of the settings; null for none.</summary>
    public NamespaceLimits? Limits { get; init; }

    /// <summary>What the caller finds the run by: <see cref="RunLabels"/>; null for none.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>The most characters of <see cref="StreamingCertificate"/>.</summary>
    public const int MaxCertificateLength = 4000;

    /// <summary>The most outputs that one job may have URLs minted for.</summary>
    public const int MaxOutputs = 100;

    private const int MaxOutputPathLength = 500,
        MaxOutputPathsLength = 8000;

    // As long as a signed URL becomes: the size check has to count it.
    private static readonly string PlaceholderUrl = "https://placeholder.invalid/" + new string('x', 600);

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 32 };

    /// <summary>Reads and validates a request.</summary>
    /// <param name="json">The request, UTF-8.</param>
    /// <returns>The request, valid.</returns>
    /// <exception cref="ComputeHordeValidationException">With every violation, each naming its field and rule.</exception>
    public static JobRequest Parse(BinaryData json)
    {
        ArgumentNullException.ThrowIfNull(json);
        var body = ParseObject(json);
        var problems = new List<ValidationProblem>();
        var outputs = ReadOutputs(Take(body, "outputs"), problems);
        var policy = ReadSettings<RunPolicy>(Take(body, "policy"), "policy", problems) ?? new RunPolicy();
        problems.AddRange(policy.Validate());
        var crossValidation = ReadSettings<CheckPolicy>(Take(body, "cross_validation"), "cross_validation", problems);
        problems.AddRange(crossValidation?.Validate() ?? []);
        var certificate = ReadCertificate(Take(body, "streaming_certificate"), problems);
        var limits = ReadSettings<NamespaceLimits>(Take(body, "limits"), "limits", problems);
        problems.AddRange(RequestLimits.Validate(limits));
        var labels = ReadLabels(Take(body, "labels"), problems);
        var webhook = ReadSettings<WebhookRequest>(Take(body, "webhook"), "webhook", problems);
        problems.AddRange(webhook?.Validate() ?? []);
        if (!ComputeHordeJson.TryReadJobSpec(JsonSerializer.SerializeToElement(body), out var spec, out var faults))
        {
            throw new ComputeHordeValidationException([.. problems, .. faults]);
        }

        problems.AddRange(TimeLimits.Validate(spec));
        problems.AddRange(
            outputs
                .Where(spec.OutputVolumes.ContainsKey)
                .Select(static path => new ValidationProblem("outputs", $"'{path}' stands in output_volumes as well."))
        );
        problems.AddRange(JobSpecValidation.Validate(WithPlaceholders(spec, outputs)));
        if (certificate is not null && !spec.Streaming)
        {
            problems.Add(new ValidationProblem("streaming_certificate", "is of use to a streaming job only; set streaming as well."));
        }

        return problems.Count == 0
            ? new JobRequest(spec, outputs, policy)
            {
                CrossValidation = crossValidation,
                StreamingCertificate = certificate,
                Limits = limits,
                Labels = labels,
                Webhook = webhook,
                Json = json,
            }
            : throw new ComputeHordeValidationException(problems);
    }

    /// <summary>What the request asks for and ComputeHorde will hardly give.</summary>
    internal IReadOnlyList<string> Warnings() => RequestWarnings.Of(Spec);

    private static JsonObject ParseObject(BinaryData json)
    {
        using var document = StrictJson.Parse(json, "a JSON object", Strict);
        return document.RootElement.ValueKind == JsonValueKind.Object
            ? JsonObject.Create(document.RootElement.Clone())!
            : throw new ComputeHordeValidationException("body", "must be a JSON object.");
    }

    private static JsonNode? Take(JsonObject body, string name) => body.Remove(name, out var value) ? value : null;

    private static bool IsBelow(string path, string folder) => path.StartsWith(folder + "/", StringComparison.Ordinal);

    private static List<string> ReadOutputs(JsonNode? node, List<ValidationProblem> problems)
    {
        var outputs = new List<string>();
        if (node is null)
        {
            return outputs;
        }

        if (node is not JsonArray array || array.Count > MaxOutputs)
        {
            problems.Add(new ValidationProblem("outputs", $"must be a list of at most {MaxOutputs} paths."));
            return outputs;
        }

        for (var index = 0; index < array.Count; index++)
        {
            var path = array[index] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
            if (path is null || !IsOutputPath(path))
            {
                problems.Add(
                    new ValidationProblem(
                        $"outputs[{index}]",
                        $"must be a path of a file below /output/, without empty, '.' or '..' segments, of at most {MaxOutputPathLength} characters."
                    )
                );
            }
            else if (outputs.Find(other => IsBelow(other, path) || IsBelow(path, other)) is { } other)
            {
                problems.Add(
                    new ValidationProblem(
                        $"outputs[{index}]",
                        $"cannot be there beside '{other}': one is a file where the other has a folder."
                    )
                );
            }
            else if (outputs.Contains(path))
            {
                problems.Add(new ValidationProblem($"outputs[{index}]", "stands in the list twice."));
            }
            else
            {
                outputs.Add(path);
            }
        }

        // They stand in the run's input, and histories take nothing large.
        if (outputs.Sum(static path => path.Length) > MaxOutputPathsLength)
        {
            problems.Add(new ValidationProblem("outputs", $"must have at most {MaxOutputPathsLength} characters, all paths together."));
        }

        return outputs;
    }

    private static Dictionary<string, string>? ReadLabels(JsonNode? node, List<ValidationProblem> problems)
    {
        if (
            node is not (null or JsonObject)
            || (node as JsonObject)?.Any(static label => label.Value?.GetValueKind() != JsonValueKind.String) == true
        )
        {
            problems.Add(new ValidationProblem("labels", "must be an object whose values are texts."));
            return null;
        }

        var labels = (node as JsonObject)?.ToDictionary(
            static label => label.Key,
            static label => (string)label.Value!,
            StringComparer.Ordinal
        );
        problems.AddRange(labels is null ? [] : RunLabels.Validate(labels));
        return labels;
    }

    private static string? ReadCertificate(JsonNode? node, List<ValidationProblem> problems)
    {
        try
        {
            if (node is null)
            {
                return null;
            }

            if (node is JsonValue value && value.TryGetValue<string>(out var text) && text.Length <= MaxCertificateLength)
            {
                using var certificate = Sdk.StreamingCertificate.FromCertificatePem(text);
                return certificate.CertificatePem;
            }
        }
        catch (ComputeHordeException)
        {
            // The rule below says it all, and nothing of what was sent: it may be a private key.
        }

        problems.Add(
            new ValidationProblem(
                "streaming_certificate",
                $"must be one X.509 certificate in PEM, of at most {MaxCertificateLength} characters, without its private key."
            )
        );
        return null;
    }

    private static bool IsOutputPath(string path) =>
        path.Length <= MaxOutputPathLength
        && path.StartsWith("/output/", StringComparison.Ordinal)
        && !path.Any(char.IsControl)
        && !path.Contains('\\')
        && path[1..]
            .Split('/')
            .All(static segment =>
                segment.Length > 0 && segment.Trim('.').Length > 0 && segment == segment.Trim() && !segment.EndsWith('.')
            );

    private static T? ReadSettings<T>(JsonNode? node, string name, List<ValidationProblem> problems)
        where T : class
    {
        try
        {
            return node?.Deserialize<T>(SnakeCaseJson.Options);
        }
        catch (JsonException exception)
        {
            var field = exception.Path is { Length: > 2 } path ? $"{name}.{path[2..]}" : name;
            var known = typeof(T).GetProperties().Select(static property => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name));
            problems.Add(
                new ValidationProblem(field, $"is not a setting or has the wrong type; the settings are {string.Join(", ", known)}.")
            );
            return null;
        }
    }

    private static ComputeHordeJobSpec WithPlaceholders(ComputeHordeJobSpec spec, List<string> outputs)
    {
        var volumes = new OrderedDictionary<string, OutputVolume>(spec.OutputVolumes);
        foreach (var path in outputs)
        {
            volumes[path] = new HttpOutputVolume(HttpOutputVolume.Put, PlaceholderUrl);
        }

        return spec with
        {
            OutputVolumes = volumes,
        };
    }
}
