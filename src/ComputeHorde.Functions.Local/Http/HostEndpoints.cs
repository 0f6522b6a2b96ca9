using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ComputeHorde.Functions.Local.Http;

/// <summary>The host's own endpoints, where func has them: is it alive, and which functions does it run.</summary>
internal static class HostEndpoints
{
    public static void Map(IEndpointRouteBuilder endpoints, FunctionsRuntime runtime)
    {
        endpoints.MapGet("/admin/host/ping", static () => Results.Ok());
        endpoints.MapGet(
            "/admin/host/status",
            async (HealthCheckService checks, CancellationToken cancellation) =>
            {
                var report = await checks.CheckHealthAsync(cancellation);
                string[] unreachable =
                [
                    .. runtime.Unreachable,
                    .. report
                        .Entries.Where(entry => entry.Value.Status == HealthStatus.Unhealthy)
                        .Select(entry => $"{entry.Key} {entry.Value.Description}"),
                ];
                return unreachable.Length > 0
                    ? Results.Json(
                        new
                        {
                            state = "Degraded",
                            functionCount = runtime.Functions.Count,
                            unreachable,
                        },
                        statusCode: StatusCodes.Status503ServiceUnavailable
                    )
                    : Results.Ok(new { state = "Running", functionCount = runtime.Functions.Count });
            }
        );
        endpoints.MapGet(
            "/admin/functions",
            () =>
                Results.Ok(
                    runtime.Functions.Select(function => new
                    {
                        name = function.Name,
                        entryPoint = function.Descriptor.EntryPoint,
                        trigger = new { type = function.Descriptor.Trigger.Type, properties = function.Descriptor.Trigger.Properties },
                    })
                )
        );
    }
}
