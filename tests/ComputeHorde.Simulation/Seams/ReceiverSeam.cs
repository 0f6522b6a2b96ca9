using System.Net;
using System.Text.Json.Nodes;
using ComputeHorde.Simulation.Chaos;
using ComputeHorde.Simulation.World;

namespace ComputeHorde.Simulation.Seams;

/// <summary>The way from a host to the servers of callers who want to be told.</summary>
internal sealed class ReceiverSeam(Host host) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var receiver = host.World.Receiver;
        var hook = request.RequestUri!.AbsolutePath[1..];
        var body = await request.Content!.ReadAsStringAsync(cancellationToken);
        var fault = host.Draw(Seam.Receiver, $"{(string?)JsonNode.Parse(body)!["type"]} to {hook}", out var call);
        await host.TakeTimeAsync(call, 1, cancellationToken);
        switch (fault)
        {
            case FaultKind.DeathBefore:
                throw host.Die(call);
            case FaultKind.Refused:
            case FaultKind.None when !receiver.IsThere(hook):
                throw new HttpRequestException(HttpRequestError.ConnectionError, "Connection refused, by seed.");
            case FaultKind.LostBefore:
                throw new HttpRequestException(HttpRequestError.ResponseEnded, "The connection was lost, by seed.");
            case FaultKind.Hangs:
                await host.TakeTimeAsync(call, 3600, cancellationToken);
                break;
        }

        var status = fault switch
        {
            _ when receiver.IsGone(hook) => HttpStatusCode.Gone,
            FaultKind.ServerError => HttpStatusCode.InternalServerError,
            FaultKind.Throttled => HttpStatusCode.TooManyRequests,
            FaultKind.ForeignPage => HttpStatusCode.Redirect,
            _ => HttpStatusCode.NoContent,
        };
        receiver.Receive(request, hook, body, isTaken: status == HttpStatusCode.NoContent);
        switch (fault)
        {
            case FaultKind.DeathAfter:
                throw host.Die(call);
            case FaultKind.LostAfter:
                throw new HttpRequestException(HttpRequestError.ResponseEnded, "The connection was lost after all was done, by seed.");
            case FaultKind.Slow:
                await host.TakeTimeAsync(call, 45, cancellationToken);
                break;
        }

        host.RequireLife(call);
        var answer = new HttpResponseMessage(status) { RequestMessage = request };
        if (fault == FaultKind.Throttled)
        {
            answer.Headers.RetryAfter = new System.Net.Http.Headers.RetryConditionHeaderValue(TimeSpan.FromSeconds(100));
        }
        else if (fault == FaultKind.ForeignPage)
        {
            answer.Headers.Location = new Uri("https://elsewhere.invalid/");
        }

        return answer;
    }
}
