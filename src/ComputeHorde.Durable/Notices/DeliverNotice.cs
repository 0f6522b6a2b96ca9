using ComputeHorde.Durable.Hosting;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace ComputeHorde.Durable.Notices;

/// <summary>
/// Delivers one notice, at least once: until the receiver takes it, or for a day. An orchestration of its own, so that neither runs nor
/// other notices wait for a receiver that is away.
/// </summary>
internal static class DeliverNotice
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1),
        FirstPause = TimeSpan.FromSeconds(5),
        LongestPause = TimeSpan.FromHours(1);
    private static readonly TimeSpan FirstLook = TimeSpan.FromSeconds(1),
        LongestLook = TimeSpan.FromMinutes(1);

    [Function(nameof(DeliverNotice))]
    public static async Task<NoticeProgress> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var notice =
            context.GetInput<NoticeInput>()
            ?? throw new ArgumentException("A notice needs its input: what is told to whom.", nameof(context));
        var giveUpAt = context.CurrentUtcDateTime + Day;
        var (attempts, looks) = (0, 0);
        while (true)
        {
            var sent = await context.CallActivityAsync<SendNoticeOutcome>(nameof(SendNotice), notice, RetryOptions.Activity);
            attempts += sent.Status == SendStatus.NotNow ? 0 : 1;
            looks = sent.Status == SendStatus.NotNow ? looks + 1 : 0;
            if (sent.Status == SendStatus.Delivered)
            {
                return new NoticeProgress(NoticeStatuses.Delivered, attempts, Problem: null, NextAt: null);
            }

            if (sent.Status == SendStatus.Refused || (sent.Status == SendStatus.Failed && context.CurrentUtcDateTime >= giveUpAt))
            {
                var dead = new NoticeProgress(NoticeStatuses.Dead, attempts, sent.Problem, NextAt: null);
                await context.CallActivityAsync<bool>(
                    nameof(BuryNotice),
                    new DeadNotice(context.InstanceId, notice.Type, sent.Problem),
                    RetryOptions.Activity
                );
                return dead;
            }

            var next =
                sent.Status == SendStatus.NotNow
                    ? context.CurrentUtcDateTime + Pauses.Grow(FirstLook, looks - 1, LongestLook)
                    : NextTry(context, attempts, sent.RetryAfterSeconds, giveUpAt);
            context.SetCustomStatus(new NoticeProgress(NoticeStatuses.Pending, attempts, sent.Problem, next));
            await context.CreateTimer(next, CancellationToken.None);
        }
    }

    /// <summary>5 s, 10 s, ... up to an hour, each up to a quarter longer, and a last time when the day is over.</summary>
    private static DateTime NextTry(TaskOrchestrationContext context, int attempts, double? retryAfter, DateTime giveUpAt)
    {
        var pause = Pauses.Grow(FirstPause, attempts - 1, LongestPause) * (1 + (context.NewGuid().ToByteArray()[0] / 1024.0));
        var wanted = TimeSpan.FromSeconds(Math.Clamp(retryAfter ?? 0, 0, LongestPause.TotalSeconds));
        var next = context.CurrentUtcDateTime + (pause > wanted ? pause : wanted);
        return next < giveUpAt ? next : giveUpAt;
    }
}
