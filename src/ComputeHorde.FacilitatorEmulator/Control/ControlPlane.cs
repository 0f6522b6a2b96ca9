using System.Text.Json;
using System.Text.Json.Serialization;
using ComputeHorde.Emulator.Facilitator;
using ComputeHorde.Emulator.Horde;
using ComputeHorde.Emulator.Storage;
using Microsoft.AspNetCore.Http;

namespace ComputeHorde.Emulator.Control;

/// <summary>The emulator's own endpoints below <c>/emulator/</c> and the page at <c>/</c>; none of them needs a token.</summary>
internal sealed class ControlPlane(
    FacilitatorEmulator emulator,
    HordeContext horde,
    BehaviourBook behaviours,
    CheatBook cheats,
    TokenIssuer tokens
)
{
    private const int JobsOnThePage = 150;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>True for a path that is not the facilitator's.</summary>
    public static bool Owns(PathString path) => path == "/" || path.StartsWithSegments("/emulator", StringComparison.Ordinal);

    public async Task HandleAsync(HttpContext http)
    {
        if (BrowserGuard.Refusal(http.Request) is { } refusal)
        {
            await WriteAsync(http, refusal.Status, new { error = refusal.Reason });
            return;
        }

        try
        {
            await RouteAsync(http);
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            await WriteAsync(http, 400, new { error = e.Message });
        }
    }

    private Task RouteAsync(HttpContext http) =>
        (http.Request.Method, http.Request.Path.Value?.TrimEnd('/')) switch
        {
            ("GET", "") => StatusPage.WriteAsync(http, First()),
            ("GET", "/emulator") or ("GET", "/emulator/about") => WriteAsync(http, 200, About()),
            ("GET", "/emulator/counters") => WriteAsync(http, 200, emulator.Counters),
            ("GET", "/emulator/jobs") => WriteAsync(http, 200, FilteredJobs(http.Request.Query)),
            ("GET", "/emulator/miners") => WriteAsync(http, 200, Miners()),
            ("GET", "/emulator/cheat-reports") => WriteAsync(http, 200, cheats.Reports),
            ("GET", "/emulator/faults") => WriteAsync(http, 200, horde.Faults.Settings),
            ("POST", "/emulator/faults") => SetFaultsAsync(http),
            ("DELETE", "/emulator/faults") => DoAsync(http, () => horde.Faults.Settings = new FaultSettings()),
            ("GET", "/emulator/behaviours") => WriteAsync(http, 200, behaviours.Rules),
            ("POST", "/emulator/behaviours") => SetBehavioursAsync(http),
            ("DELETE", "/emulator/behaviours") => DoAsync(http, behaviours.Clear),
            ("POST", "/emulator/expire-tokens") => DoAsync(http, tokens.ExpireAll),
            ("POST", "/emulator/evict") => EvictAsync(http),
            _ => WriteAsync(http, 404, new { error = "No such endpoint; docs/emulator.md lists them." }),
        };

    /// <summary>The default encoder writes <c>&lt;</c> as an escape, so that no text of a job closes the element it stands in.</summary>
    private string First() =>
        JsonSerializer.Serialize(
            new object[]
            {
                About(),
                emulator.Counters,
                Miners(),
                cheats.Reports,
                horde.Store.All().TakeLast(JobsOnThePage).Select(JobViewModel.Describe),
            },
            Json
        );

    private object About() =>
        new
        {
            Address = emulator.BaseAddress,
            emulator.ValidatorHotkey,
            horde.Options.Speed,
            horde.Options.Seed,
            horde.Options.Kind,
            horde.Options.DataPath,
            Time = horde.Now,
        };

    private IEnumerable<EmulatedJob> FilteredJobs(IQueryCollection query)
    {
        IEnumerable<JobRecord> jobs = horde.Store.All();
        if (query["tag"] is [{ } tag])
        {
            jobs = jobs.Where(job => job.Request.Tag == tag);
        }

        if (query["tag_prefix"] is [{ } prefix])
        {
            jobs = jobs.Where(job => job.Request.Tag.StartsWith(prefix, StringComparison.Ordinal));
        }

        if (query["status"] is [{ } status])
        {
            jobs = jobs.Where(job => job.Status == status);
        }

        return (query["last"] is [{ } last] && int.TryParse(last, out int count) ? jobs.TakeLast(count) : jobs).Select(
            JobViewModel.Describe
        );
    }

    private IEnumerable<object> Miners() =>
        horde
            .Miners.Snapshot()
            .Select(m => new
            {
                m.Miner.Name,
                m.Miner.Kind,
                m.Miner.Seed,
                m.Miner.Slots,
                m.Miner.AllowanceSeconds,
                m.Running,
                PromisedSeconds = m.Promised,
                Jobs = m.Taken,
                m.BlacklistedUntil,
            });

    private async Task SetFaultsAsync(HttpContext http)
    {
        horde.Faults.Settings =
            await JsonSerializer.DeserializeAsync<FaultSettings>(http.Request.Body, Json, http.RequestAborted) ?? new FaultSettings();
        await WriteAsync(http, 200, horde.Faults.Settings);
    }

    /// <summary>The body is an object: <c>tag:prefix</c> or <c>image:name</c> to a script, or null to remove the rule.</summary>
    private async Task SetBehavioursAsync(HttpContext http)
    {
        Dictionary<string, string?> rules =
            await JsonSerializer.DeserializeAsync<Dictionary<string, string?>>(http.Request.Body, Json, http.RequestAborted) ?? [];
        foreach ((string selector, string? script) in rules)
        {
            int colon = selector.IndexOf(':', StringComparison.Ordinal);
            string kind = colon < 0 ? "" : selector[..colon];
            switch (kind)
            {
                case "tag":
                    behaviours.SetForTag(selector[(colon + 1)..], script);
                    break;
                case "image":
                    behaviours.SetForImage(selector[(colon + 1)..], script);
                    break;
                default:
                    throw new FormatException($"'{selector}' must be 'tag:<prefix>' or 'image:<name>'.");
            }
        }

        await WriteAsync(http, 200, behaviours.Rules);
    }

    private async Task EvictAsync(HttpContext http)
    {
        int evicted = await emulator.EvictAsync(TimeSpan.Zero);
        await WriteAsync(http, 200, new { evicted });
    }

    private static Task DoAsync(HttpContext http, Action action)
    {
        action();
        http.Response.StatusCode = 204;
        return Task.CompletedTask;
    }

    private static Task WriteAsync<T>(HttpContext http, int status, T value)
    {
        http.Response.StatusCode = status;
        return http.Response.WriteAsJsonAsync(value, Json, http.RequestAborted);
    }
}
