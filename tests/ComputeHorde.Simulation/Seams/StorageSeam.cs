using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using ComputeHorde.Simulation.Chaos;
using ComputeHorde.Simulation.World;
using ComputeHorde.Storage.Local.Http;
using ComputeHorde.Storage.Local.Transport;

namespace ComputeHorde.Simulation.Seams;

/// <summary>The way from a host to the storage account: takes its time, fails by seed, and leads nowhere once the host is dead.</summary>
internal sealed class StorageSeam(Host host, HttpPipelineTransport storage) : HttpPipelineTransport
{
    public override Request CreateRequest() => storage.CreateRequest();

    public override void Process(HttpMessage message) => throw new NotSupportedException("The application awaits its storage.");

    public override async ValueTask ProcessAsync(HttpMessage message)
    {
        var request = message.Request;
        var path = request.Uri.ToUri();
        var fault = host.Draw(
            Seam.Storage,
            CallNames.Of(request.Method.Method, path.AbsolutePath[(path.AbsolutePath.IndexOf('/', 1) + 1)..]),
            out var call
        );
        await host.TakeTimeAsync(call, fault == FaultKind.Slow ? 20 : 0.02, message.CancellationToken);
        switch (fault)
        {
            case FaultKind.DeathBefore:
                throw host.Die(call);
            case FaultKind.Refused:
                throw new RequestFailedException("Connection refused, by seed.");
            case FaultKind.LostBefore:
                throw new RequestFailedException("The connection was lost, by seed.");
            case FaultKind.Busy:
                message.Response = Refusal(message, 503, "ServerBusy");
                return;
            case FaultKind.ConditionFailed when request.Method.Method is "PUT" or "DELETE" && request.Headers.Contains("If-Match"):
                message.Response = Refusal(message, 412, "ConditionNotMet");
                return;
        }

        await storage.ProcessAsync(message);
        if (host.World.Scenario.Forgets > TimeSpan.Zero)
        {
            ((LocalResponse)message.Response).Set("Server", "Azurite-Blob/3.35.0");
        }

        if (fault == FaultKind.DeathAfter)
        {
            throw host.Die(call);
        }

        host.RequireLife(call);
        if (fault == FaultKind.LostAfter)
        {
            message.Response.Dispose();
            throw new RequestFailedException("The connection was lost after all was done, by seed.");
        }
    }

    private static LocalResponse Refusal(HttpMessage message, int status, string code) =>
        new(new StorageResponse(status).With("x-ms-error-code", code), message.Request.ClientRequestId);
}
