using System.Text.Json;
using Amazon.Runtime;
using Azure;
using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Checks.Comparers;

/// <summary>A stored content cannot be read: for now, or for good because it is gone or no longer what the manifest says.</summary>
internal sealed class StoredContentException(string message, bool isForNow, Exception? inner = null) : IOException(message, inner)
{
    /// <summary>Whether the storage is away; else the content itself is.</summary>
    public bool IsForNow => isForNow;

    public static StoredContentException Changed(string difference) =>
        new($"a stored content was changed since the run ended: it {difference}", isForNow: false);

    /// <summary>Reads, and tells the storage's failures apart from those of the comparer that called it.</summary>
    public static async Task<T> WrapAsync<T>(Func<Task<T>> read, CancellationToken cancellationToken)
    {
        try
        {
            return await read();
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw From(exception);
        }
    }

    public static StoredContentException From(Exception exception) =>
        StatusOf(exception) is 404 or 412 or 416 || exception is JsonException or InvalidDataException
            ? new("a stored content is gone, or was changed since the run ended", isForNow: false, exception)
            : new($"the storage does not give a stored content: {exception.Message.Split('\n')[0].TrimEnd()}", isForNow: true, exception);

    private static int StatusOf(Exception exception) =>
        exception switch
        {
            RequestFailedException azure => azure.Status,
            AmazonServiceException s3 => (int)s3.StatusCode,
            _ => 0,
        };
}
