using ComputeHorde.Durable.Http;
using ComputeHorde.Sdk;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Durable.Notices;

/// <summary>Reads notices, and delivers them again.</summary>
internal sealed class NoticeService(DeadNotices dead)
{
    private static readonly OrchestrationRuntimeStatus[] Live =
    [
        OrchestrationRuntimeStatus.Pending,
        OrchestrationRuntimeStatus.Running,
        OrchestrationRuntimeStatus.Suspended,
    ];

    /// <summary>The notices about a run or a batch; null for none yet.</summary>
    public static async Task<IReadOnlyList<NoticeView>?> FindAsync(
        DurableTaskClient durable,
        string subject,
        CancellationToken cancellationToken
    )
    {
        var notices = new List<NoticeView>();
        foreach (var id in NoticeInput.InstanceIds(subject))
        {
            if (
                await durable.GetInstanceAsync(id, getInputsAndOutputs: true, cancellationToken) is { Name: nameof(DeliverNotice) } instance
            )
            {
                notices.Add(NoticeView.Of(instance));
            }
        }

        return notices.Count > 0 ? notices : null;
    }

    /// <summary>Begins the delivery of an ended notice anew, under the same <c>webhook-id</c>.</summary>
    /// <exception cref="HttpProblemException">404: there is none of this name; 409: it is being delivered.</exception>
    public async Task RedeliverAsync(DurableTaskClient durable, string id, CancellationToken cancellationToken)
    {
        if (
            await durable.GetInstanceAsync(id, getInputsAndOutputs: true, cancellationToken) is not { Name: nameof(DeliverNotice) } instance
        )
        {
            throw new HttpProblemException(404, "There is no such notice", new ValidationProblem("id", "names no notice."));
        }

        if (!instance.IsCompleted)
        {
            throw new HttpProblemException(
                409,
                "The notice is being delivered",
                new ValidationProblem("id", "names a notice that has neither been delivered nor given up.")
            );
        }

        var options = new StartOrchestrationOptions(id).WithDedupeStatuses(Live);
        await durable.ScheduleNewOrchestrationInstanceAsync(
            nameof(DeliverNotice),
            instance.ReadInputAs<NoticeInput>(),
            options,
            cancellationToken
        );
        await dead.RemoveAsync(id, cancellationToken);
    }
}
