using Azure;
using Azure.Storage.Queues;
using ComputeHorde.Durable.Storage;
using Microsoft.Extensions.Hosting;

namespace ComputeHorde.Durable.Batches;

/// <summary>
/// Makes the container and the queue that triggers listen to: nobody can hand anything in before they exist, and the host would ask for
/// them all the time.
/// </summary>
internal sealed class TriggerStorage(BlobContainers containers, QueueServiceClient queues, TimeProvider timeProvider) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await containers.GetAsync(ContainerNames.Jobs, stoppingToken);
                await queues.GetQueueClient(BatchQueue.QueueName).CreateIfNotExistsAsync(cancellationToken: stoppingToken);
                return;
            }
            catch (RequestFailedException exception) when (exception.Status == 403)
            {
                // An identity that may use what the infrastructure made need not be allowed to make it.
                return;
            }
            catch (Exception exception) when (exception is RequestFailedException or AggregateException)
            {
                // The storage is away: its outage is logged by the client.
                await Task.Delay(Pause, timeProvider, stoppingToken);
            }
        }
    }
}
