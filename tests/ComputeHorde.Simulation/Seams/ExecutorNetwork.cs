using System.Net;
using Azure.Core;
using Azure.Core.Pipeline;

namespace ComputeHorde.Simulation.Seams;

/// <summary>The way of executors to the presigned URLs of the storage.</summary>
internal sealed class ExecutorNetwork(HttpPipelineTransport storage) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var sent = storage.CreateRequest();
        sent.Method = RequestMethod.Parse(request.Method.Method);
        sent.Uri.Reset(request.RequestUri!);
        foreach (var (name, values) in request.Headers.Concat(request.Content?.Headers.AsEnumerable() ?? []))
        {
            sent.Headers.Add(name, string.Join(",", values));
        }

        if (request.Content is not null)
        {
            sent.Content = RequestContent.Create(await request.Content.ReadAsByteArrayAsync(cancellationToken));
        }

        using var message = new HttpMessage(sent, new ResponseClassifier());
        await storage.ProcessAsync(message);
        var content = message.Response.ContentStream is { } stream
            ? (await BinaryData.FromStreamAsync(stream, cancellationToken)).ToArray()
            : [];
        var answer = new HttpResponseMessage((HttpStatusCode)message.Response.Status) { Content = new ByteArrayContent(content) };
        foreach (var header in message.Response.Headers)
        {
            if (!answer.Headers.TryAddWithoutValidation(header.Name, header.Value))
            {
                answer.Content.Headers.TryAddWithoutValidation(header.Name, header.Value);
            }
        }

        return answer;
    }
}
