using System.Text.Json;
using System.Text.Json.Nodes;
using ComputeHorde.Durable.Http;
using ComputeHorde.Durable.Intake;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.Schedules;

/// <summary>Makes, shows and steers schedules: the one door for HTTP and blobs.</summary>
internal sealed class ScheduleService(ScheduleStore store, ScheduleTicker ticker, RunStarter runs, IBatchStarter batches, TimeProvider time)
    : IScheduleStarter
{
    /// <summary>A run's name holds the schedule's and the time of the occurrence.</summary>
    private const int MaxNameLength = 80;

    private const string Field = "schedule";

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 64 };

    /// <summary>Whether a document asks for a schedule. It need not be valid.</summary>
    bool IScheduleStarter.IsSchedule(BinaryData json)
    {
        try
        {
            using var document = StrictJson.Parse(json, "a JSON object", Strict);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(Field, out _);
        }
        catch (ComputeHordeValidationException)
        {
            // Whoever parses it as a job says what is wrong.
            return false;
        }
    }

    async Task<bool> IScheduleStarter.HasAsync(string name, string version, CancellationToken cancellationToken) =>
        Names.IsRun(name) && (await store.FindAsync(name, cancellationToken))?.Document.Version == version;

    Task IScheduleStarter.SaveAsync(string name, BinaryData json, string version, CancellationToken cancellationToken) =>
        SaveAsync(name, json, version, cancellationToken);

    /// <summary>Makes a schedule, or replaces the one of that name: what it has started goes on.</summary>
    /// <exception cref="ComputeHordeValidationException">With every violation, each naming its field and rule.</exception>
    public async Task<ScheduleView> SaveAsync(string name, BinaryData json, string? version, CancellationToken cancellationToken)
    {
        RequireName(name);
        var (spec, request) = Parse(json);
        return await ChangeAsync(
            name,
            known => new ScheduleDocument(spec, request, known is { IsDeleted: false } ? known.CreatedAt : time.GetUtcNow())
            {
                Next = Occurrences.Of(spec).After(time.GetUtcNow()),
                Since = time.GetUtcNow(),
                Version = version ?? known?.Version,
                Last = known?.Last,
                Horde = known is { IsDeleted: false } ? known.Horde : null,
                IsPaused = known is { IsDeleted: false, IsPaused: true },
            },
            cancellationToken
        );
    }

    public async Task<IReadOnlyList<ScheduleView>> ListAsync(CancellationToken cancellationToken)
    {
        var schedules = new List<ScheduleView>();
        await foreach (var stored in store.ListAsync(cancellationToken))
        {
            if (!stored.Document.IsDeleted)
            {
                schedules.Add(ScheduleView.Of(stored));
            }
        }

        return schedules;
    }

    /// <exception cref="HttpProblemException">404: there is none of this name.</exception>
    public async Task<ScheduleView> ShowAsync(string name, CancellationToken cancellationToken) =>
        Names.IsRun(name) && await store.FindAsync(name, cancellationToken) is { Document.IsDeleted: false } stored
            ? ScheduleView.Of(stored)
            : throw None(name);

    /// <summary>Starts nothing until it is resumed; what would have come meanwhile is skipped.</summary>
    public Task<ScheduleView> PauseAsync(string name, CancellationToken cancellationToken) =>
        ChangeAsync(name, known => Require(name, known) with { IsPaused = true }, cancellationToken);

    /// <summary>Goes on with the next occurrence.</summary>
    public Task<ScheduleView> ResumeAsync(string name, CancellationToken cancellationToken) =>
        ChangeAsync(
            name,
            known =>
                Require(name, known).IsPaused
                    ? known! with
                    {
                        IsPaused = false,
                        Next = Occurrences.Of(known.Spec).After(time.GetUtcNow()),
                        Since = time.GetUtcNow(),
                    }
                    : known!,
            cancellationToken
        );

    /// <summary>Ends a schedule; what it has started goes on.</summary>
    public Task DeleteAsync(string name, CancellationToken cancellationToken) =>
        ChangeAsync(
            name,
            known =>
                Require(name, known) with
                {
                    IsDeleted = true,
                    Request = SnakeCaseJson.ToElement(new { }),
                    Next = null,
                    Problem = null,
                    Horde = null,
                },
            cancellationToken
        );

    private static ScheduleDocument Require(string name, ScheduleDocument? known) =>
        known is { IsDeleted: false } ? known : throw None(name);

    private static HttpProblemException None(string name) =>
        new(404, "There is no such schedule", new ValidationProblem("name", $"no schedule is called '{HistoryText.Truncate(name)}'."));

    private static void RequireName(string name)
    {
        Names.RequireRun(name, "name");
        if (name.Length > MaxNameLength)
        {
            throw new ComputeHordeValidationException(
                "name",
                $"must have at most {MaxNameLength} characters: its runs have the time behind it."
            );
        }
    }

    private (ScheduleSpec Spec, JsonElement Request) Parse(BinaryData json)
    {
        using var document = StrictJson.Parse(json, "a JSON object", Strict);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new ComputeHordeValidationException("body", "must be a JSON object: a job or a batch, and its schedule.");
        }

        var body = JsonObject.Create(document.RootElement.Clone())!;
        var problems = new List<ValidationProblem>();
        var spec = ReadSpec(body.Remove(Field, out var node) ? node : null, problems);
        var request = JsonSerializer.SerializeToElement(body);
        try
        {
            RequireValid(BinaryData.FromObjectAsJson(request), body);
        }
        catch (ComputeHordeValidationException exception)
        {
            problems.AddRange(exception.Problems);
        }

        return problems.Count == 0 ? (spec!, request) : throw new ComputeHordeValidationException(problems);
    }

    private void RequireValid(BinaryData request, JsonObject body)
    {
        if (!batches.IsBatch(request))
        {
            runs.RequireValid(JobRequest.Parse(request));
            return;
        }

        batches.RequireValid(request);
        if (body.ContainsKey("id"))
        {
            throw new ComputeHordeValidationException("id", "cannot stand in a schedule: each of its batches is named after its time.");
        }
    }

    private static ScheduleSpec? ReadSpec(JsonNode? node, List<ValidationProblem> problems)
    {
        try
        {
            if (node?.Deserialize<ScheduleSpec>(SnakeCaseJson.Options) is { } spec)
            {
                problems.AddRange(spec.Validate());
                return spec;
            }
        }
        catch (JsonException)
        {
            // The rule below says it.
        }

        problems.Add(
            new ValidationProblem(Field, "must be an object with cron and, if need be, time_zone, jitter_seconds and catch_up_seconds.")
        );
        return null;
    }

    private async Task<ScheduleView> ChangeAsync(
        string name,
        Func<ScheduleDocument?, ScheduleDocument> change,
        CancellationToken cancellationToken
    )
    {
        while (true)
        {
            var known = Names.IsRun(name) ? await store.FindAsync(name, cancellationToken) : null;
            var changed = change(known?.Document);
            if (await store.TrySaveAsync(name, changed, known?.ETag, cancellationToken))
            {
                ticker.Wake();
                return ScheduleView.Of(new StoredSchedule(name, changed, default));
            }
        }
    }
}
