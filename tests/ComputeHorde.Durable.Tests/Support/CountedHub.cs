using System.Globalization;
using ComputeHorde.Durable.Runs;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;

namespace ComputeHorde.Durable.Tests.Support;

/// <summary>
/// A task hub that can only be listed, and counts what a listing takes. Like the Azure Storage back end it may give empty pages before the
/// last, and instances in no order.
/// </summary>
internal sealed class CountedHub(
    IEnumerable<(string Id, DateTimeOffset CreatedAt)> runs,
    int scannedByPage = int.MaxValue,
    bool inOrder = true
) : DurableTaskClient("counted")
{
    private readonly List<(string Id, DateTimeOffset CreatedAt)> _runs =
    [
        .. inOrder
            ? runs.OrderBy(static run => (run.CreatedAt, run.Id))
            : runs.OrderBy(static run => string.Concat(run.Id.Reverse()), StringComparer.Ordinal),
    ];

    public int Queries { get; private set; }

    public int Rows { get; private set; }

    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null)
    {
        Queries++;
        var wanted = filter!;
        return Pageable.Create(
            (token, size, _) =>
            {
                var (at, found) = (token is null ? 0 : int.Parse(token, CultureInfo.InvariantCulture), new List<OrchestrationMetadata>());
                for (var scanned = 0; at < _runs.Count && scanned < scannedByPage && found.Count < size; at++)
                {
                    var (id, createdAt) = _runs[at];
                    if (
                        !(createdAt < wanted.CreatedFrom)
                        && !(createdAt > wanted.CreatedTo)
                        && id.StartsWith(wanted.InstanceIdPrefix ?? "", StringComparison.Ordinal)
                    )
                    {
                        found.Add(
                            new OrchestrationMetadata(nameof(RunJob), id)
                            {
                                CreatedAt = createdAt,
                                LastUpdatedAt = createdAt,
                                DataConverter = JsonDataConverter.Default,
                            }
                        );
                    }
                    else if (scannedByPage < int.MaxValue)
                    {
                        scanned++;
                    }
                }

                Rows += found.Count;
                var isEnd =
                    at == _runs.Count
                    || (
                        scannedByPage == int.MaxValue
                        && !_runs.Skip(at).Any(run => !(run.CreatedAt < wanted.CreatedFrom) && !(run.CreatedAt > wanted.CreatedTo))
                    );
                return Task.FromResult(new Page<OrchestrationMetadata>(found, isEnd ? null : at.ToString(CultureInfo.InvariantCulture)));
            }
        );
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public override Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName,
        object? input = null,
        StartOrchestrationOptions? options = null,
        CancellationToken cancellation = default
    ) => throw new NotSupportedException();

    public override Task RaiseEventAsync(
        string instanceId,
        string eventName,
        object? eventPayload = null,
        CancellationToken cancellation = default
    ) => throw new NotSupportedException();

    public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(
        string instanceId,
        bool getInputsAndOutputs = false,
        CancellationToken cancellation = default
    ) => throw new NotSupportedException();

    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId,
        bool getInputsAndOutputs = false,
        CancellationToken cancellation = default
    ) => throw new NotSupportedException();

    public override Task<OrchestrationMetadata?> GetInstancesAsync(
        string instanceId,
        bool getInputsAndOutputs = false,
        CancellationToken cancellation = default
    ) => throw new NotSupportedException();
}
