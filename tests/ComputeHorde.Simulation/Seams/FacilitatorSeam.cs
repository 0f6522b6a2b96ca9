using System.Net;
using System.Text.Json;
using ComputeHorde.Simulation.Chaos;
using ComputeHorde.Simulation.World;

namespace ComputeHorde.Simulation.Seams;

/// <summary>The way from a host to the facilitator.</summary>
internal sealed class FacilitatorSeam(Host host, HttpMessageHandler facilitator) : DelegatingHandler(facilitator)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.PathAndQuery;
        var body = request.Content is null ? null : await request.Content.ReadAsByteArrayAsync(cancellationToken);
        var tag = path.Contains("job-docker", StringComparison.Ordinal) ? TagOf(body) : null;
        var fault = host.Draw(
            Seam.Facilitator,
            CallNames.Of(request.Method.Method, tag ?? (path.Contains("uuid", StringComparison.Ordinal) ? "jobs" : path)),
            out var call
        );
        await host.TakeTimeAsync(call, 0.3, cancellationToken);
        switch (fault)
        {
            case FaultKind.DeathBefore:
                throw host.Die(call);
            case FaultKind.Refused:
                throw new HttpRequestException(HttpRequestError.ConnectionError, "Connection refused, by seed.");
            case FaultKind.LostBefore:
                throw new HttpRequestException(HttpRequestError.ResponseEnded, "The connection was lost, by seed.");
            case FaultKind.Busy:
                return Page(503);
            case FaultKind.ServerError:
                return Page(500);
            case FaultKind.Forbidden:
                return Page(403);
            case FaultKind.ForeignPage:
                return Page(200);
            case FaultKind.Unauthorized:
                return Json(401, """{"detail":"Token expired."}""");
            case FaultKind.Throttled:
                return Json(429, """{"detail":"Request was throttled."}""");
        }

        if (tag is not null)
        {
            await host.World.Observer.CreateArrivesAsync(tag);
        }
        else if (path.Contains("cheated-job", StringComparison.Ordinal))
        {
            await host.World.Observer.ReportArrivesAsync(JsonDocument.Parse(body).RootElement.GetProperty("job_uuid").GetString()!);
        }

        var answer = await base.SendAsync(request, CancellationToken.None);
        if (fault == FaultKind.DeathAfter)
        {
            throw host.Die(call);
        }

        host.RequireLife(call);
        switch (fault)
        {
            case FaultKind.LostAfter:
                throw new HttpRequestException(HttpRequestError.ResponseEnded, "The connection was lost after all was done, by seed.");
            case FaultKind.GatewayTimeout:
                return Page(504);
            case FaultKind.Slow:
                await host.TakeTimeAsync(call, 45, cancellationToken);
                host.RequireLife(call);
                break;
        }

        return answer;
    }

    private static string TagOf(byte[]? body) => JsonDocument.Parse(body).RootElement.GetProperty("tag").GetString()!;

    private static HttpResponseMessage Page(int status) =>
        new((HttpStatusCode)status) { Content = new StringContent("<html>by seed</html>", System.Text.Encoding.UTF8, "text/html") };

    private static HttpResponseMessage Json(int status, string json) =>
        new((HttpStatusCode)status) { Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json") };
}
