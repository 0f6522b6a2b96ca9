using Amazon.Runtime;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using ComputeHorde.Durable.Hosting;
using static System.Net.HttpStatusCode;

namespace ComputeHorde.Durable.Storage;

/// <summary>
/// Tells <see cref="Outages"/> whether the storage account answers. Sits outside the retries, so it sees only what they could not mend.
/// </summary>
internal sealed class StorageOutages(Outages outages) : HttpPipelinePolicy
{
    /// <summary>Whether an exception says that the storage account is away, and not that a request was wrong.</summary>
    public static bool IsOutage(Exception exception) =>
        exception switch
        {
            RequestFailedException failed => failed.Status is 0 or 408 or 429 or >= 500,
            AmazonServiceException s3 => (int)s3.StatusCode is 0 or 408 or 429 or >= 500 || s3.ErrorCode == "RequestTimeout",

            // Amazon's client has no connection; nobody gives us a token: Entra, or the identity end point of the machine, is away.
            AmazonClientException or AuthenticationFailedException => true,
            AggregateException several => several.InnerExceptions.Count > 0 && several.InnerExceptions.All(IsOutage),

            // A client's own time-out; one that ends a whole call carries a token that is the client's as well.
            TimeoutException or OperationCanceledException { InnerException: TimeoutException } => true,
            OperationCanceledException { CancellationToken.IsCancellationRequested: false } => true,
            _ => false,
        };

    /// <summary>
    /// Whether an exception says nothing for good: the storage is away, or does not let us in just now (keys are rolled, roles take minutes
    /// to arrive, a policy is being changed). What is missing, and what was wrongly asked, stays so.
    /// </summary>
    public static bool MayPass(Exception exception) =>
        IsOutage(exception)
        || exception is RequestFailedException { Status: 401 or 403 or 409 or 412 } or HttpRequestException or IOException
        || exception is AmazonServiceException { StatusCode: Unauthorized or Forbidden or Conflict or PreconditionFailed };

    /// <summary>
    /// Does the work of a timer's tick. Where the storage is away the next tick does it: that is logged once, by the storage client.
    /// </summary>
    public static async Task LeaveToTheNextTickAsync(Func<Task> work, CancellationToken cancellationToken)
    {
        try
        {
            await work();
        }
        catch (Exception exception) when (MayPass(exception) && !cancellationToken.IsCancellationRequested)
        {
            // Said once already, and the next tick looks again.
        }
    }

    /// <summary>What a storage that refused says of itself, in a line; empty when it did not answer at all.</summary>
    public static string ReasonOf(Exception exception) =>
        exception is RequestFailedException { Status: >= 500 } refused ? FirstLineOf(refused) : "";

    /// <summary>What an exception says; the rest of what storage says is the request's id, the time, headers.</summary>
    public static string FirstLineOf(Exception exception) => exception.Message.Split('\n')[0].TrimEnd();

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        try
        {
            ProcessNext(message, pipeline);
            ReportStatus(message);
        }
        catch (Exception exception) when (ReportStatus(message, exception))
        {
            throw;
        }
    }

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        try
        {
            await ProcessNextAsync(message, pipeline);
            ReportStatus(message);
        }
        catch (Exception exception) when (ReportStatus(message, exception))
        {
            throw;
        }
    }

    private void ReportStatus(HttpMessage message)
    {
        if (message.Response.Status < 500)
        {
            outages.Ended(Outages.Storage, IsWrite(message));
        }
        else
        {
            outages.Started(
                Outages.Storage,
                $"HTTP {message.Response.Status}: {FirstLineOf(new RequestFailedException(message.Response))}",
                IsWrite(message)
            );
        }
    }

    private static bool IsWrite(HttpMessage message) =>
        message.Request.Method != RequestMethod.Get && message.Request.Method != RequestMethod.Head;

    private bool ReportStatus(HttpMessage message, Exception exception)
    {
        if (IsOutage(exception))
        {
            outages.Started(
                Outages.Storage,
                (exception as AggregateException)?.InnerException?.Message ?? exception.Message,
                IsWrite(message)
            );
        }

        return false;
    }
}
