using System.IO.Pipelines;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using ComputeHorde.Storage.Local.Faults;
using ComputeHorde.Storage.Local.Http;

namespace ComputeHorde.Storage.Local.Transport;

/// <summary>Takes the requests of SDK clients to the service in the same process, without a socket.</summary>
internal sealed class LocalTransport(StorageService service, Uri blobs, Uri queues) : HttpPipelineTransport
{
    /// <summary>What is longer goes through a pipe, so that it is never in memory as a whole.</summary>
    private const long LargestBuffered = 256 << 10;

    public override Request CreateRequest() => new LocalRequest();

    public override void Process(HttpMessage message)
    {
#pragma warning disable VSTHRD002 // The SDKs' synchronous methods have no other way; nothing here needs the calling thread.
        ProcessAsync(message).AsTask().GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }

    public override async ValueTask ProcessAsync(HttpMessage message)
    {
        var sent = (LocalRequest)message.Request;
        var uri = sent.Uri.ToUri();
        var cancellation = message.CancellationToken;
        cancellation.ThrowIfCancellationRequested();
        long? length =
            sent.Content is null ? 0
            : sent.Content.TryComputeLength(out var computed) ? computed
            : null;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var (body, sending) = await OpenBodyAsync(sent.Content, length, ended.Token);
        try
        {
            var response = await service.AnswerAsync(
                new StorageRequest
                {
                    Kind = KindOf(uri),
                    Method = sent.Method.Method,
                    RawPath = uri.AbsolutePath,
                    RawQuery = uri.Query.TrimStart('?'),
                    Headers = sent.Sent,
                    Body = body,
                    ContentLength = length,
                },
                cancellation
            );
            message.Response = new LocalResponse(response, sent.ClientRequestId);
        }
        catch (ConnectionLost lost)
        {
            // What a socket that fails becomes in the SDKs' own transport.
            throw new RequestFailedException(lost.Message, lost);
        }
        finally
        {
            // An answer may come before the whole body was read; whoever still writes it stops then.
            await ended.CancelAsync();
            await body.DisposeAsync();
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private StorageKind KindOf(Uri uri)
    {
        if (uri.Authority == blobs.Authority)
        {
            return StorageKind.Blob;
        }

        return uri.Authority == queues.Authority
            ? StorageKind.Queue
            : throw new RequestFailedException(
                $"The transport of a local storage reaches {blobs.Authority} and {queues.Authority}, not {uri.Authority}."
            );
    }

    private static async Task<(Stream Body, Task Sending)> OpenBodyAsync(
        RequestContent? content,
        long? length,
        CancellationToken cancellation
    )
    {
        if (content is null)
        {
            return (Stream.Null, Task.CompletedTask);
        }

        if (length <= LargestBuffered)
        {
            var buffer = new MemoryStream((int)length);
            await content.WriteToAsync(buffer, cancellation);
            buffer.Position = 0;
            return (buffer, Task.CompletedTask);
        }

        var pipe = new Pipe();
        return (pipe.Reader.AsStream(), SendAsync(content, pipe.Writer, cancellation));
    }

    private static async Task SendAsync(RequestContent content, PipeWriter writer, CancellationToken cancellation)
    {
        Exception? failure = null;
        try
        {
            await content.WriteToAsync(writer.AsStream(leaveOpen: true), cancellation);
        }
        catch (Exception thrown)
        {
            // The reader gets it, and with it the request.
            failure = thrown;
        }

        await writer.CompleteAsync(failure);
    }
}
