using System.Text.Json;
using ComputeHorde.Durable.Intake;
using ComputeHorde.Durable.Notices;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.Batches;

/// <summary>
/// Many jobs at once: a JSON object with <c>jobs</c> (a list of <see cref="JobRequest"/>) or <c>jobs_blob</c> (the name of a JSON Lines
/// blob in container <c>jobs</c>), <c>max_parallel</c> and <c>strict</c>; or the bare list.
/// </summary>
/// <param name="Jobs">The jobs, as they were sent: each is validated on its own, later; null when they lie in a blob.</param>
/// <param name="JobsBlob">The blob with one job a line; null when the jobs are in the list.</param>
internal sealed record BatchRequest(IReadOnlyList<BinaryData>? Jobs, string? JobsBlob)
{
    /// <summary>The largest batch document, in bytes. Larger batches come as a JSON Lines blob.</summary>
    public const int MaxBytes = 16 << 20;

    /// <summary>The most jobs of one batch.</summary>
    public const int MaxJobs = 50_000;

    private const int MostParallel = 1000;

    private static readonly JsonDocumentOptions Depth = new() { MaxDepth = 64 };

    /// <summary>How many jobs are under way at once, 1 to 1000.</summary>
    /// <value>20.</value>
    public int MaxParallel { get; init; } = 20;

    /// <summary>Whether one job that is not valid keeps all others from running.</summary>
    /// <value>False: the others run, and the summary names the line.</value>
    public bool Strict { get; init; }

    /// <summary>The name that the batch is to have; null leaves the choice to the way it came.</summary>
    public string? Id { get; init; }

    /// <summary>Who is told how the batch ends; null for whoever the settings name.</summary>
    public WebhookRequest? Webhook { get; init; }

    /// <summary>The batch as it was sent.</summary>
    internal BinaryData Json { get; private init; } = BinaryData.Empty;

    /// <summary>Whether a document means a batch, not a single job. It need not be valid.</summary>
    /// <param name="json">The document, UTF-8.</param>
    /// <returns>True for a list, and for an object with <c>jobs</c> or <c>jobs_blob</c>.</returns>
    public static bool IsBatch(BinaryData json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            using var document = ParseDocument(json);
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Array
                || (
                    root.ValueKind == JsonValueKind.Object
                    && (root.TryGetProperty("jobs", out _) || root.TryGetProperty("jobs_blob", out _))
                );
        }
        catch (ComputeHordeValidationException)
        {
            // Not JSON at all: whoever parses it as a job says so.
            return false;
        }
    }

    /// <summary>Reads and validates a batch, not its jobs.</summary>
    /// <param name="json">The batch, UTF-8.</param>
    /// <returns>The batch.</returns>
    /// <exception cref="ComputeHordeValidationException">With every violation, each naming its field and rule.</exception>
    public static BatchRequest Parse(BinaryData json)
    {
        ArgumentNullException.ThrowIfNull(json);
        using var document = ParseDocument(json);
        var reader = new Reader();
        var request = document.RootElement.ValueKind switch
        {
            JsonValueKind.Array => new BatchRequest(reader.Jobs(document.RootElement), null),
            JsonValueKind.Object => reader.Object(document.RootElement),
            _ => throw new ComputeHordeValidationException("body", "must be a JSON object or a list of jobs."),
        };
        return reader.Problems.Count == 0 ? request with { Json = json } : throw new ComputeHordeValidationException(reader.Problems);
    }

    private static JsonDocument ParseDocument(BinaryData json) => StrictJson.Parse(json, "a JSON object or a list of jobs", Depth);

    private sealed class Reader
    {
        public List<ValidationProblem> Problems { get; } = [];

        public BatchRequest Object(JsonElement root)
        {
            var request = new BatchRequest(null, null);
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var property in root.EnumerateObject())
            {
                if (!seen.Add(property.Name))
                {
                    Refuse(property.Name, "stands in the object twice.");
                    continue;
                }

                request = property.Name switch
                {
                    "jobs" => request with { Jobs = Jobs(property.Value) },
                    "jobs_blob" => request with { JobsBlob = BlobName(property.Value) },
                    "max_parallel" => request with { MaxParallel = Parallel(property.Value) },
                    "strict" => request with { Strict = Flag(property.Value) },
                    "webhook" => request with { Webhook = Hook(property.Value) },
                    "id" => request with { Id = Name(property.Value) },
                    _ => Unknown(property.Name, request),
                };
            }

            if (!seen.Contains("jobs") && !seen.Contains("jobs_blob"))
            {
                Refuse("jobs", "give either jobs, a list, or jobs_blob, the name of a JSON Lines blob in container jobs.");
            }
            else if (seen.Contains("jobs") && seen.Contains("jobs_blob"))
            {
                Refuse("jobs_blob", "cannot stand beside jobs.");
            }

            return request;
        }

        public IReadOnlyList<BinaryData>? Jobs(JsonElement value)
        {
            if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() is > 0 and <= MaxJobs)
            {
                // Written anew: a line of its own must not hold line breaks.
                return [.. value.EnumerateArray().Select(static job => new BinaryData(JsonSerializer.SerializeToUtf8Bytes(job)))];
            }

            Refuse("jobs", $"must be a list of 1 to {MaxJobs} jobs.");
            return null;
        }

        private string? BlobName(JsonElement value) =>
            (value.ValueKind == JsonValueKind.String ? value.GetString() : null) is var name && Names.FaultOfBlob(name) is { } fault
                ? Refuse("jobs_blob", fault)
                : name;

        private string? Name(JsonElement value)
        {
            if (value.ValueKind != JsonValueKind.String)
            {
                return Refuse("id", "must be a text.");
            }

            try
            {
                Names.RequireBatch(value.GetString()!, "id");
                return value.GetString();
            }
            catch (ComputeHordeValidationException exception)
            {
                Problems.AddRange(exception.Problems);
                return null;
            }
        }

        private int Parallel(JsonElement value)
        {
            if (WholeNumberConverter.TryRead(value, out var number) && number is >= 1 and <= MostParallel)
            {
                return number;
            }

            Refuse("max_parallel", $"must be a whole number between 1 and {MostParallel}.");
            return 1;
        }

        private bool Flag(JsonElement value)
        {
            if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            {
                return value.GetBoolean();
            }

            Refuse("strict", "must be true or false.");
            return false;
        }

        private WebhookRequest? Hook(JsonElement value)
        {
            try
            {
                var webhook = value.Deserialize<WebhookRequest>(SnakeCaseJson.Options);
                Problems.AddRange(webhook?.Validate() ?? []);
                return webhook;
            }
            catch (JsonException)
            {
                Refuse("webhook", "must be an object with url and, if not all are wanted, events.");
                return null;
            }
        }

        private BatchRequest Unknown(string name, BatchRequest request)
        {
            Refuse(
                name.Length <= 100 ? name : name[..100],
                "is not a field of a batch; the fields are id, jobs, jobs_blob, max_parallel, strict, webhook."
            );
            return request;
        }

        private string? Refuse(string field, string message)
        {
            Problems.Add(new ValidationProblem(field, message));
            return null;
        }
    }
}
