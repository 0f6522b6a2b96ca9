using ComputeHorde.Durable.Storage;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Durable.Notices;

/// <summary>Tries to deliver a notice, once.</summary>
internal sealed class SendNotice(Webhooks webhooks, WebhookSender sender)
{
    [Function(nameof(SendNotice))]
    public async Task<SendNoticeOutcome> RunAsync(
        [ActivityTrigger] NoticeInput input,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(input);
        try
        {
            // Whoever is told of an end looks at once, and has to see it.
            if (await durable.GetInstanceAsync(input.Source, cancellationToken) is { IsCompleted: false })
            {
                return new SendNoticeOutcome(SendStatus.NotNow, "What is told has not ended yet.");
            }

            if (await webhooks.FindAddressAsync(input.Webhook, cancellationToken) is not { } address)
            {
                return new SendNoticeOutcome(SendStatus.Refused, "The address is not kept any more, or not allowed any more.");
            }

            if (!webhooks.CanSign)
            {
                return new SendNoticeOutcome(SendStatus.Failed, "The setting ComputeHorde__WebhookSecret is missing.");
            }

            return await sender.PostAsync(address, input.MessageId, input.Payload, cancellationToken);
        }
        catch (Exception exception) when (StorageOutages.MayPass(exception) && !cancellationToken.IsCancellationRequested)
        {
            return new SendNoticeOutcome(SendStatus.NotNow, "The storage does not answer.");
        }
    }
}
