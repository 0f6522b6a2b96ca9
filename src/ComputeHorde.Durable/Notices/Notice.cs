using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Storage;
using Microsoft.DurableTask;

namespace ComputeHorde.Durable.Notices;

/// <summary>Says inside an orchestration that something has ended.</summary>
internal static class Notice
{
    /// <summary>Leaves a notice to a delivery of its own, and does not wait for it. What is told counts, told or not.</summary>
    /// <param name="context">The orchestration that ends.</param>
    /// <param name="webhook">Who is told; null for nobody.</param>
    /// <param name="subject">The run or the batch.</param>
    /// <param name="type">One of <see cref="NoticeTypes"/>.</param>
    /// <param name="data">What is told: small, and no secret.</param>
    public static async Task SendAsync<T>(TaskOrchestrationContext context, WebhookReference? webhook, string subject, string type, T data)
    {
        if (webhook?.Wants(type) != true)
        {
            return;
        }

        var payload = SnakeCaseJson.ToText(
            new
            {
                Type = type,
                Timestamp = context.CurrentUtcDateTime,
                Data = data,
            }
        );
        var notice = new NoticeInput(subject, type, $"msg_{context.NewGuid():N}", payload, context.InstanceId, webhook);
        try
        {
            await context.CallActivityAsync<bool>(nameof(StartNotice), notice, RetryOptions.Activity);
        }
        catch (TaskFailedException exception)
        {
            context.CreateReplaySafeLogger(nameof(Notice)).NoticeNotStarted(subject, type, exception.FailureDetails.ErrorMessage);
        }
    }
}
