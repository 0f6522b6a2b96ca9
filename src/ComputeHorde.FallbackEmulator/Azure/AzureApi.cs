using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ComputeHorde.FallbackEmulator;

/// <summary>Azure Container Apps jobs behind Azure Resource Manager, and the endpoint that gives a managed identity its token.</summary>
internal static partial class AzureApi
{
    private const string Jobs = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.App/jobs";

    public static void Map(WebApplication web, CloudEmulator cloud)
    {
        var jobs = new ConcurrentDictionary<string, Job>(StringComparer.Ordinal);
        web.MapGet(
            "/identity/token",
            (HttpContext context, string resource) =>
                context.Request.Headers["X-IDENTITY-HEADER"] != cloud.Options.IdentityHeader
                    ? Results.Unauthorized()
                    : Results.Json(
                        new JsonObject
                        {
                            ["access_token"] = cloud.Options.AzureToken,
                            ["expires_on"] = (cloud.Options.TimeProvider.GetUtcNow() + TimeSpan.FromHours(24))
                                .ToUnixTimeSeconds()
                                .ToString(CultureInfo.InvariantCulture),
                            ["resource"] = resource,
                            ["token_type"] = "Bearer",
                        }
                    )
        );
        var api = web.MapGroup(Jobs);
        api.AddEndpointFilter(
            async (context, next) =>
                context.HttpContext.Request.Headers.Authorization != $"Bearer {cloud.Options.AzureToken}"
                    ? Error(401, "InvalidAuthenticationToken", "The access token is invalid.")
                : !context.HttpContext.Request.Query.ContainsKey("api-version")
                    ? Error(400, "MissingApiVersionParameter", "api-version is needed.")
                : await next(context)
        );
        api.MapPut("/{name}", (string name, JsonObject body) => Put(cloud, jobs, name, body));
        api.MapGet("/{name}", (string name) => jobs.TryGetValue(name, out var job) ? Results.Json(Show(job, cloud)) : NotFound(name));
        api.MapGet(
            "",
            () => Results.Json(new JsonObject { ["value"] = new JsonArray([.. jobs.Values.Select(job => (JsonNode)Show(job, cloud))]) })
        );
        api.MapPost("/{name}/start", (string name, HttpContext context) => Start(cloud, jobs, name, context));
        api.MapGet(
            "/{name}/executions",
            (string name) =>
                jobs.TryGetValue(name, out var job)
                    ? Results.Json(
                        new JsonObject { ["value"] = new JsonArray([.. job.Executions.Select(machine => (JsonNode)Execution(machine))]) }
                    )
                    : NotFound(name)
        );
        api.MapDelete("/{name}", (string name) => DeleteAsync(cloud, jobs, name));
    }

    private static IResult Put(CloudEmulator cloud, ConcurrentDictionary<string, Job> jobs, string name, JsonObject body)
    {
        cloud.Faults.Creates.TryDequeue(out var fault);
        if (fault == CreateFault.ErrorBefore)
        {
            return Error(500, "InternalServerError", "Something went wrong.");
        }

        if (!NameRule().IsMatch(name) || name.Contains("--", StringComparison.Ordinal))
        {
            return Error(400, "ContainerAppInvalidName", "Small letters, digits and dashes, a letter first, under 32 characters.");
        }

        var configuration = body["properties"]?["configuration"];
        if (
            (int?)configuration?["replicaTimeout"] is not > 0
            || (string?)configuration["triggerType"] != "Manual"
            || body["location"] is null
        )
        {
            return Error(400, "InvalidParameterValueInContainerTemplate", "location, triggerType and replicaTimeout are needed.");
        }

        if (cloud.Faults.SoldOut.ContainsKey((string?)body["properties"]!["workloadProfileName"] ?? ""))
        {
            return Error(400, "WorkloadProfileQuotaExceeded", "There is no quota for this profile.");
        }

        var job = jobs.GetOrAdd(name, _ => new Job(name, body, cloud.Options.TimeProvider.GetUtcNow()));
        return fault == CreateFault.ErrorAfter
            ? Error(500, "InternalServerError", "Something went wrong.")
            : Results.Json(Show(job, cloud), statusCode: 201);
    }

    private static IResult Start(CloudEmulator cloud, ConcurrentDictionary<string, Job> jobs, string name, HttpContext context)
    {
        if (!jobs.TryGetValue(name, out var job))
        {
            return NotFound(name);
        }

        if (State(job, cloud) != "Succeeded")
        {
            return Error(409, "ContainerAppOperationInProgress", "The job is being made.");
        }

        var machine = Run(cloud, job);
        if (cloud.Faults.StartIsAccepted)
        {
            context.Response.Headers.Location = $"{context.Request.Scheme}://{context.Request.Host}/operations/{machine.Id}";
            return Results.StatusCode(202);
        }

        return Results.Json(new JsonObject { ["name"] = machine.Id, ["id"] = $"{context.Request.Path}/{machine.Id}" });
    }

    private static EmulatedMachine Run(CloudEmulator cloud, Job job)
    {
        var container = job.Body["properties"]!["template"]!["containers"]![0]!;
        var secrets = (job.Body["properties"]!["configuration"]!["secrets"] as JsonArray ?? []).ToDictionary(
            static secret => (string)secret!["name"]!,
            static secret => (string)secret!["value"]!
        );
        var environment = (container["env"] as JsonArray ?? []).ToDictionary(
            static entry => (string)entry!["name"]!,
            entry => (string?)entry!["value"] ?? secrets[(string)entry["secretRef"]!],
            StringComparer.Ordinal
        );
        string[] command =
        [
            .. container["command"]!.AsArray().Select(static word => (string)word!),
            .. container["args"]!.AsArray().Select(static word => (string)word!),
        ];
        var machine = cloud.Add(
            "exec",
            job.Name,
            cloud.Options.CpuPrice,
            command,
            id =>
            {
                environment["CONTAINER_APP_JOB_EXECUTION_NAME"] = id;
                return environment;
            }
        );
        if (!cloud.Faults.PullNeverEnds)
        {
            machine.Start(isRestarted: false, TimeSpan.FromSeconds((int)job.Body["properties"]!["configuration"]!["replicaTimeout"]!));
        }

        job.Executions.Enqueue(machine);
        return machine;
    }

    private static async Task<IResult> DeleteAsync(CloudEmulator cloud, ConcurrentDictionary<string, Job> jobs, string name)
    {
        if (cloud.Faults.TakeFailedDelete())
        {
            return Error(500, "InternalServerError", "Something went wrong.");
        }

        if (!jobs.TryRemove(name, out var job))
        {
            return Results.NoContent();
        }

        foreach (var machine in job.Executions)
        {
            await machine.DeleteAsync();
        }

        return Results.StatusCode(202);
    }

    private static string State(Job job, CloudEmulator cloud) =>
        cloud.Options.TimeProvider.GetUtcNow() - job.CreatedAt < cloud.Options.StartTime ? "InProgress" : "Succeeded";

    private static JsonObject Show(Job job, CloudEmulator cloud) =>
        new()
        {
            ["name"] = job.Name,
            ["location"] = "westus3",
            ["tags"] = job.Body["tags"]?.DeepClone(),
            ["systemData"] = new JsonObject { ["createdAt"] = job.CreatedAt },
            ["properties"] = new JsonObject { ["provisioningState"] = State(job, cloud) },
        };

    private static JsonObject Execution(EmulatedMachine machine) =>
        new()
        {
            ["name"] = machine.Id,
            ["properties"] = new JsonObject
            {
                ["status"] =
                    !machine.IsThere ? "Stopped"
                    : machine.HasEnded
                        ? machine.ExitCode == 0 ? "Succeeded"
                            : "Failed"
                    : "Running",
                ["startTime"] = machine.CreatedAt,
            },
        };

    private static IResult NotFound(string name) => Error(404, "ResourceNotFound", $"The job {name} was not found.");

    private static IResult Error(int status, string code, string message) =>
        Results.Json(
            new JsonObject
            {
                ["error"] = new JsonObject { ["code"] = code, ["message"] = message },
            },
            statusCode: status
        );

    [GeneratedRegex("^[a-z][a-z0-9-]{1,30}$", RegexOptions.None, 1000)]
    private static partial Regex NameRule();

    private sealed record Job(string Name, JsonObject Body, DateTimeOffset CreatedAt)
    {
        public ConcurrentQueue<EmulatedMachine> Executions { get; } = new();
    }
}
