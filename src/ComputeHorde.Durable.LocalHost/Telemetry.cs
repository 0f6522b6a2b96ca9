using ComputeHorde.Durable.Hosting;
using ComputeHorde.Sdk;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ComputeHorde.Durable.LocalHost;

/// <summary>
/// Sends traces and metrics over OTLP where the standard variable <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says so; else there are none.
/// </summary>
internal static class Telemetry
{
    private static readonly string[] Sources =
    [
        DurableTelemetry.SourceName,
        ComputeHordeTelemetry.ActivitySourceName,
        "Microsoft.AspNetCore",
    ];
    private static readonly string[] Meters =
    [
        DurableTelemetry.SourceName,
        ComputeHordeTelemetry.MeterName,
        "Microsoft.AspNetCore.Hosting",
        "System.Runtime",
    ];

    public static void AddTo(IServiceCollection services)
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT")))
        {
            return;
        }

        // Singletons that the container makes at the start and disposes, and so flushes, at the end.
        var resource = ResourceBuilder.CreateDefault().AddService("computehorde-durable").AddEnvironmentVariableDetector();
        services.AddSingleton(_ =>
            OpenTelemetry.Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(Sources).AddOtlpExporter().Build()
        );
        services.AddSingleton(_ =>
            OpenTelemetry.Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(Meters).AddOtlpExporter().Build()
        );
        services.AddHostedService<TelemetryStart>();
    }

    private sealed class TelemetryStart(TracerProvider traces, MeterProvider metrics) : Microsoft.Extensions.Hosting.IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            _ = (traces, metrics);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
