using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Notices;

/// <summary>The input of <see cref="DeliverNotice"/>.</summary>
/// <param name="Subject">The run or the batch.</param>
/// <param name="Type">One of <see cref="NoticeTypes"/>.</param>
/// <param name="MessageId">Header <c>webhook-id</c>: the same at each try and each delivery, so that a receiver can tell what it has taken
/// before.</param>
/// <param name="Payload">What is posted, JSON.</param>
/// <param name="Source">The orchestration whose end is told: nobody is told before it can be seen.</param>
/// <param name="Webhook">Who is told.</param>
internal sealed record NoticeInput(string Subject, string Type, string MessageId, string Payload, string Source, WebhookReference Webhook)
{
    /// <summary>The name of the delivery: <c>&lt;run&gt;~notice</c> of an end, <c>&lt;run&gt;~notice-checked</c> of a verdict.</summary>
    public string InstanceId => InstanceIds(Subject)[Type.EndsWith(NoticeTypes.Checked, StringComparison.Ordinal) ? 1 : 0];

    /// <summary>The names of all deliveries about a run or a batch.</summary>
    public static IReadOnlyList<string> InstanceIds(string subject) =>
        [$"{subject}{Names.Separator}notice", $"{subject}{Names.Separator}notice-checked"];
}
