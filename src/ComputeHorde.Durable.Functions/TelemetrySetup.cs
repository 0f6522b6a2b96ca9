using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Sdk;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace ComputeHorde.Durable.Functions;

/// <summary>
/// Traces, metrics and logs of the worker, in OpenTelemetry like those of the host (host.json, <c>telemetryMode</c>): to Application
/// Insights where
/// <c>APPLICATIONINSIGHTS_CONNECTION_STRING</c> is set, to any collector where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is.
/// </summary>
internal static class TelemetrySetup
{
    public static void AddTelemetry(this FunctionsApplicationBuilder builder)
    {
        // The log levels of host.json hold for the host's own process only.
        builder.Logging.AddFilter("Azure", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("System.Net.Http", LogLevel.Warning);

        var telemetry = builder.Services.AddOpenTelemetry();
        telemetry.UseFunctionsWorkerDefaults();
        telemetry.WithTracing(static tracing => tracing.AddSource(ComputeHordeTelemetry.ActivitySourceName, DurableTelemetry.SourceName));
        telemetry.WithMetrics(static metrics => metrics.AddMeter(ComputeHordeTelemetry.MeterName, DurableTelemetry.SourceName));

        if (builder.Configuration["APPLICATIONINSIGHTS_CONNECTION_STRING"] is { Length: > 0 } connection)
        {
            telemetry.UseAzureMonitorExporter(options =>
            {
                options.ConnectionString = connection;
                if (builder.Configuration["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"] is { Length: > 0 })
                {
                    options.Credential = new DefaultAzureCredential();
                }
            });
        }

        if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 })
        {
            telemetry.UseOtlpExporter();
        }
    }
}
