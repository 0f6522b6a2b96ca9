using System.Collections.Concurrent;
using System.Threading.Channels;
using ComputeHorde.Durable.Azure.Tests.Worker.Rpc;
using Grpc.Core;

namespace ComputeHorde.Durable.Azure.Tests.Worker;

/// <summary>The host's side of the stream that a worker opens: sends requests, and gives each answer to who waits for it.</summary>
internal sealed class FunctionRpcService : FunctionRpc.FunctionRpcBase
{
    private readonly Channel<StreamingMessage> _outgoing = Channel.CreateUnbounded<StreamingMessage>();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<StreamingMessage>> _waiting = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the worker has opened its stream.</summary>
    public Task Started => _started.Task;

    /// <summary>What the worker logged.</summary>
    public ConcurrentQueue<string> Logs { get; } = [];

    public override async Task EventStream(
        IAsyncStreamReader<StreamingMessage> requestStream,
        IServerStreamWriter<StreamingMessage> responseStream,
        ServerCallContext context
    )
    {
        var sending = SendAsync(responseStream, context.CancellationToken);
        await foreach (var message in requestStream.ReadAllAsync(context.CancellationToken))
        {
            switch (message.ContentCase)
            {
                case StreamingMessage.ContentOneofCase.StartStream:
                    _started.TrySetResult();
                    break;
                case StreamingMessage.ContentOneofCase.RpcLog:
                    Logs.Enqueue($"{message.RpcLog.Category}: {message.RpcLog.Message} {message.RpcLog.Exception?.Message}");
                    break;
                default:
                    if (_waiting.TryRemove(message.RequestId, out var waiting))
                    {
                        waiting.TrySetResult(message);
                    }

                    break;
            }
        }

        _outgoing.Writer.TryComplete();
        await sending;
    }

    public Task<StreamingMessage> AskAsync(StreamingMessage message, CancellationToken cancellationToken)
    {
        message.RequestId = Guid.NewGuid().ToString("D");
        var answer = _waiting.GetOrAdd(message.RequestId, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        Tell(message);
        return answer.Task.WaitAsync(cancellationToken);
    }

    public void Tell(StreamingMessage message) => _outgoing.Writer.TryWrite(message);

    private async Task SendAsync(IServerStreamWriter<StreamingMessage> stream, CancellationToken cancellationToken)
    {
        await foreach (var message in _outgoing.Reader.ReadAllAsync(cancellationToken))
        {
            await stream.WriteAsync(message, cancellationToken);
        }
    }
}
