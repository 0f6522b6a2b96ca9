using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ComputeHorde.FallbackEmulator;

/// <summary>RunPod's REST v2, as far as a job needs it. What it does not know it refuses, as the original does.</summary>
internal static class RunPodApi
{
    private static readonly string[] Members =
    [
        "name",
        "image",
        "gpu",
        "cpu",
        "args",
        "env",
        "disk",
        "mounts",
        "ports",
        "cloud",
        "dataCenterIds",
        "registry",
        "templateId",
        "startSsh",
        "startJupyter",
        "globalNetworking",
    ];

    public static void Map(WebApplication web, CloudEmulator cloud)
    {
        var api = web.MapGroup("/runpod/v2");
        api.AddEndpointFilter(async (context, next) => Refusal(context.HttpContext, cloud) ?? await next(context));
        api.MapPost("/pods", (HttpContext context, CancellationToken _) => CreateAsync(context, cloud));
        api.MapGet(
            "/pods",
            () =>
                Results.Json(
                    new JsonObject
                    {
                        ["pods"] = new JsonArray([
                            .. Pods(cloud).Where(pod => IsListed(pod, cloud)).Select(pod => (JsonNode)Show(pod, cloud)),
                        ]),
                    }
                )
        );
        api.MapGet(
            "/pods/{id}",
            (string id) => Find(cloud, id) is { } pod ? Results.Json(Show(pod, cloud)) : Problem(404, "Pod not found")
        );
        api.MapDelete("/pods/{id}", (string id) => DeleteAsync(cloud, id));
        api.MapPost("/pods/{id}/action", (string id, JsonObject body) => ActAsync(cloud, id, (string?)body["action"]));
        api.MapGet("/pods/{id}/logs", (string id, HttpContext context) => StreamLogsAsync(cloud, id, context));
        api.MapGet(
            "/catalog/gpus",
            (string? include, string? product) =>
                include is not null && product is null ? Problem(400, "product is needed with include") : Catalogue(cloud)
        );
        api.MapGet(
            "/billing/pods",
            (string podId) =>
                Results.Json(
                    new JsonObject
                    {
                        ["pods"] = new JsonArray([
                            .. cloud
                                .Machines.Where(machine => machine.Id == podId)
                                .Select(static machine =>
                                    (JsonNode)new JsonObject { ["podId"] = machine.Id, ["totalAmount"] = machine.CostUsd }
                                ),
                        ]),
                    }
                )
        );
    }

    /// <summary>The account's key may do all; a pod's key may delete its own pod, unless that is refused.</summary>
    private static IResult? Refusal(HttpContext context, CloudEmulator cloud)
    {
        var key = context.Request.Headers.Authorization.ToString();
        if (key == $"Bearer {cloud.Options.RunPodKey}")
        {
            return null;
        }

        var pod = context.Request.Path.Value!.Split('/')[^1];
        return key != $"Bearer {PodKey(pod)}" ? Problem(401, "Unauthorized")
            : context.Request.Method != HttpMethods.Delete || cloud.Faults.PodKeyRefused ? Problem(403, "Forbidden")
            : null;
    }

    private static string PodKey(string id) => $"rpa_pod_{id}";

    private static IEnumerable<EmulatedMachine> Pods(CloudEmulator cloud) =>
        cloud.Costing.Where(static machine => machine.Id.StartsWith("pod", StringComparison.Ordinal));

    private static EmulatedMachine? Find(CloudEmulator cloud, string id) => cloud.Find(id) is { IsThere: true } pod ? pod : null;

    private static bool IsListed(EmulatedMachine pod, CloudEmulator cloud) =>
        cloud.Options.TimeProvider.GetUtcNow() - pod.CreatedAt >= cloud.Faults.ListingLag;

    private static async Task<IResult> CreateAsync(HttpContext context, CloudEmulator cloud)
    {
        var body = await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted) as JsonObject ?? [];
        cloud.Faults.Creates.TryDequeue(out var fault);
        if (fault is CreateFault.ErrorBefore or CreateFault.NoMoney)
        {
            return fault == CreateFault.NoMoney ? Problem(402, "Insufficient balance") : Problem(500, "Internal error");
        }

        if (Fault(body) is { } problem)
        {
            return problem;
        }

        var gpu = (string?)body["gpu"]?["id"];
        if (cloud.Faults.SoldOut.ContainsKey(gpu ?? "cpu") || (gpu is not null && !cloud.Options.Prices.ContainsKey(gpu)))
        {
            return Problem(400, "There are no longer any instances available with the requested specifications.");
        }

        if (cloud.ImageOf((string)body["image"]!) is not { } image)
        {
            // An image that cannot be pulled shows only in a machine that never starts.
            image = new EmulatedImage();
        }

        var price = (gpu is null ? cloud.Options.CpuPrice : cloud.Options.Prices[gpu]) * (fault == CreateFault.Dear ? 5 : 1);
        var pod = Rent();
        if (fault == CreateFault.Twice)
        {
            Rent();
        }

        if (fault == CreateFault.DropAfter)
        {
            context.Abort();
        }

        return fault == CreateFault.ErrorAfter ? Problem(500, "Read back failed") : Results.Json(Show(pod, cloud), statusCode: 201);

        EmulatedMachine Rent()
        {
            var machine = cloud.Add(
                "pod",
                (string)body["name"]!,
                price,
                Command((string?)body["args"], image),
                id => Environment(body, id)
            );
            if (!cloud.Faults.PullNeverEnds)
            {
                machine.Start(isRestarted: true, timeLimit: null);
            }

            return machine;
        }
    }

    private static Dictionary<string, string> Environment(JsonObject body, string id)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["RUNPOD_POD_ID"] = id,
            ["RUNPOD_API_KEY"] = PodKey(id),
            ["RUNPOD_GPU_COUNT"] = "1",
        };
        foreach (var (name, value) in body["env"] as JsonObject ?? [])
        {
            environment[name] = (string)value!;
        }

        return environment;
    }

    private static IResult? Fault(JsonObject body)
    {
        var unknown = body.Select(static member => member.Key).Except(Members).ToList();
        if (unknown.Count > 0 || (string?)body["name"] is not { Length: > 0 } || (string?)body["image"] is not { Length: > 0 })
        {
            return Results.Json(
                new JsonObject
                {
                    ["title"] = "Unprocessable Entity",
                    ["status"] = 422,
                    ["detail"] = "validation failed",
                    ["errors"] = new JsonArray([.. unknown.Select(static name => JsonValue.Create($"unexpected property {name}"))]),
                },
                contentType: "application/problem+json",
                statusCode: 422
            );
        }

        return body["gpu"] is null == body["cpu"] is null ? Problem(400, "exactly one of gpu and cpu is needed") : null;
    }

    /// <summary>The start command as upstream decodes it: a JSON object as it is, anything else is split and replaces CMD only.</summary>
    private static IReadOnlyList<string> Command(string? args, EmulatedImage image)
    {
        try
        {
            if (args is not null && JsonNode.Parse(args) is JsonObject form)
            {
                return [.. Words(form["entrypoint"]) ?? image.Entrypoint, .. Words(form["cmd"]) ?? image.Cmd];
            }
        }
        catch (JsonException)
        {
            // A command line.
        }

        return [.. image.Entrypoint, .. string.IsNullOrWhiteSpace(args) ? image.Cmd : Shlex.Split(args)];
    }

    private static IReadOnlyList<string>? Words(JsonNode? node) =>
        node is JsonArray words ? [.. words.Select(static word => (string)word!)] : null;

    private static async Task<IResult> DeleteAsync(CloudEmulator cloud, string id)
    {
        if (cloud.Faults.TakeFailedDelete())
        {
            return Problem(500, "Internal error");
        }

        if (Find(cloud, id) is not { } pod)
        {
            return Problem(404, "Pod not found");
        }

        await pod.DeleteAsync();
        return Results.NoContent();
    }

    private static async Task<IResult> ActAsync(CloudEmulator cloud, string id, string? action)
    {
        if (Find(cloud, id) is not { } pod)
        {
            return Problem(404, "Pod not found");
        }

        if (action == "terminate")
        {
            await pod.DeleteAsync();
            return Results.NoContent();
        }

        if (action != "stop" || pod.HasEnded)
        {
            return Problem(409, $"{action} is not possible in status {Status(pod, cloud)}");
        }

        await pod.StopAsync();
        return Results.Json(Show(pod, cloud));
    }

    private static async Task StreamLogsAsync(CloudEmulator cloud, string id, HttpContext context)
    {
        if (Find(cloud, id) is not { } pod)
        {
            context.Response.StatusCode = 404;
            return;
        }

        // A live stream: it does not end by itself.
        context.Response.ContentType = "text/event-stream";
        var last = context.Request.Headers["Last-Event-ID"].ToString();
        for (var sent = 0; pod.IsThere && !context.RequestAborted.IsCancellationRequested;)
        {
            foreach (var entry in pod.Log.Skip(sent))
            {
                sent++;
                if (string.CompareOrdinal(entry.At.ToString("O"), last) > 0)
                {
                    var data = new JsonObject
                    {
                        ["source"] = "container",
                        ["line"] = entry.Line,
                        ["ts"] = entry.At,
                    };
                    await context.Response.WriteAsync($"id: {entry.At:O}\ndata: {data.ToJsonString()}\n\n", context.RequestAborted);
                }
            }

            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, context.RequestAborted)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static IResult Catalogue(CloudEmulator cloud) =>
        Results.Json(
            new JsonObject
            {
                ["gpus"] = new JsonArray([
                    .. cloud.Options.Prices.Select(gpu =>
                        (JsonNode)
                            new JsonObject
                            {
                                ["id"] = gpu.Key,
                                ["price"] = new JsonObject { ["secure"] = gpu.Value, ["community"] = gpu.Value * 0.8m },
                                ["availability"] = cloud.Faults.SoldOut.ContainsKey(gpu.Key) ? "LOW" : "HIGH",
                                ["maxCount"] = 8,
                            }
                    ),
                ]),
            }
        );

    private static string Status(EmulatedMachine pod, CloudEmulator cloud)
    {
        var age = cloud.Options.TimeProvider.GetUtcNow() - pod.CreatedAt;
        return pod.HasEnded ? "EXITED"
            : age < cloud.Options.StartTime / 2 ? "PROVISIONING"
            : pod.Starts == 0 || age < cloud.Options.StartTime ? "STARTING"
            : "RUNNING";
    }

    private static JsonObject Show(EmulatedMachine pod, CloudEmulator cloud)
    {
        var status = Status(pod, cloud);
        return new JsonObject
        {
            ["id"] = pod.Id,
            ["name"] = pod.Name,
            ["status"] = status,
            ["actions"] = status == "EXITED" ? new JsonArray("start", "terminate") : new JsonArray("stop", "terminate"),
            ["cost"] = status == "EXITED" ? 0 : pod.UsdPerHour,
            ["runtime"] = status == "RUNNING" ? new JsonObject { ["uptime"] = 1 } : null,
            ["createdAt"] = pod.CreatedAt,
        };
    }

    private static IResult Problem(int status, string detail) =>
        Results.Json(
            new JsonObject
            {
                ["title"] = "Error",
                ["status"] = status,
                ["detail"] = detail,
            },
            contentType: "application/problem+json",
            statusCode: status
        );
}
