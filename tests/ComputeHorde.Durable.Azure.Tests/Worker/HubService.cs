using System.Collections.Concurrent;
using Grpc.Core;
using Microsoft.DurableTask.Protobuf;

namespace ComputeHorde.Durable.Azure.Tests.Worker;

/// <summary>The part of the Durable extension that a client asks for instances.</summary>
internal sealed class HubService : TaskHubSidecarService.TaskHubSidecarServiceBase
{
    /// <summary>What there is, by name; the test changes it.</summary>
    public ConcurrentDictionary<string, OrchestrationState> Instances { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether its storage is away.</summary>
    public bool IsAway { get; set; }

    public override Task<CreateInstanceResponse> StartInstance(CreateInstanceRequest request, ServerCallContext context)
    {
        Instances[request.InstanceId] = new OrchestrationState { InstanceId = request.InstanceId, Name = request.Name };
        return Task.FromResult(new CreateInstanceResponse { InstanceId = request.InstanceId });
    }

    public override Task<GetInstanceResponse> GetInstance(GetInstanceRequest request, ServerCallContext context) =>
        IsAway
            ? throw new RpcException(new Status(StatusCode.Unknown, "the secret storage does not answer"))
            : Task.FromResult(
                Instances.TryGetValue(request.InstanceId, out var state)
                    ? new GetInstanceResponse { Exists = true, OrchestrationState = state }
                    : new GetInstanceResponse()
            );
}
