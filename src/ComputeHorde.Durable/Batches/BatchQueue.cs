using Azure.Storage.Queues.Models;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Intake;
using ComputeHorde.Sdk;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Durable.Batches;

/// <summary>Starts batches from queue <c>batches</c>.</summary>
internal sealed class BatchQueue(BatchService batches, RejectionStore rejections, ILogger<BatchQueue> logger)
{
    public const string QueueName = "batches";

    /// <summary>
    /// Starts the batch of a message, named by its <c>id</c> or else after the message, so that a message that comes twice starts nothing
    /// twice. A message that is not valid would not become so by coming again: it is answered in container <c>jobs-rejected</c>, and done
    /// with.
    /// </summary>
    /// <param name="message">The message; its body is a <see cref="BatchRequest"/>, as text or as Base64.</param>
    /// <param name="cancellationToken">Ends the function when the host stops; the message comes again.</param>
    [Function(nameof(BatchQueue))]
    public async Task RunAsync(
        [QueueTrigger(QueueName, Connection = StorageAccounts.Data)] QueueMessage message,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(message);
        var name = $"{QueueName}/{message.MessageId}";
        try
        {
            var request = BatchRequest.Parse(QueueText.Of(message.Body));
            var id = request.Id ?? $"queue-{message.MessageId}";
            if (await batches.StartAsync(durable, id, request, specification: null, cancellationToken) is null)
            {
                throw new ComputeHordeValidationException("id", $"'{id}' names something else already.");
            }
        }
        catch (ComputeHordeValidationException exception)
        {
            await rejections.SaveAsync(name, "The batch is not valid", exception.Problems, version: null, cancellationToken);
            logger.SpecificationRejected(name, exception.Problems.Count);
        }
    }
}
