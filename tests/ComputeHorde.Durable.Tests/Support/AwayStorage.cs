using Azure.Core;
using Azure.Core.Pipeline;

namespace ComputeHorde.Durable.Tests.Support;

/// <summary>Answers some of the requests of a storage client with an exception; retries do not see it.</summary>
/// <param name="failure">Gives the exception for a request; null lets it through.</param>
internal sealed class AwayStorage(Func<Request, Exception?> failure) : HttpPipelinePolicy
{
    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        ThrowIfAway(message);
        ProcessNext(message, pipeline);
    }

    public override ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        ThrowIfAway(message);
        return ProcessNextAsync(message, pipeline);
    }

    private void ThrowIfAway(HttpMessage message)
    {
        if (failure(message.Request) is { } exception)
        {
            throw exception;
        }
    }
}
