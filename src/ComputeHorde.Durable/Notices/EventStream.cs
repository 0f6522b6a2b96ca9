using System.Net.ServerSentEvents;
using ComputeHorde.Durable.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ComputeHorde.Durable.Notices;

/// <summary>Writes server-sent events, each at once.</summary>
internal static class EventStream
{
    private static ReadOnlyMemory<byte> Comment { get; } = ":\n\n"u8.ToArray();

    /// <summary>Begins the answer: from here on there is no other status than 200.</summary>
    public static void Begin(HttpResponse response)
    {
        response.ContentType = "text/event-stream; charset=utf-8";
        SecurityHeaders.Set(response);
        response.Headers["X-Accel-Buffering"] = "no";
        response.HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
    }

    /// <summary>Writes events, or a comment that keeps the connection open when there are none.</summary>
    public static async Task WriteAsync(HttpResponse response, IReadOnlyList<SseItem<string>> events, CancellationToken cancellationToken)
    {
        if (events.Count == 0)
        {
            await response.Body.WriteAsync(Comment, cancellationToken);
        }
        else
        {
            await SseFormatter.WriteAsync(events.ToAsyncEnumerable(), response.Body, cancellationToken);
        }

        await response.Body.FlushAsync(cancellationToken);
    }
}
