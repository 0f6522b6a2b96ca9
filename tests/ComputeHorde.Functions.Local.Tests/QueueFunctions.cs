using System.Globalization;
using System.Text.Json.Nodes;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;

namespace ComputeHorde.Functions.Local.Tests;

/// <summary>Queue functions of every kind of signature. Each test names the queue through a setting.</summary>
internal static class QueueFunctionNames
{
    public const string Queue = "%TestQueue%";
}

public sealed class QueueFunctions
{
    private readonly Recorder _recorder;

    public QueueFunctions(IServiceProvider services) => _recorder = (Recorder)services.GetService(typeof(Recorder))!;

    [Function("QueueText")]
    public Task Text([QueueTrigger(QueueFunctionNames.Queue)] string message, CancellationToken cancellation) =>
        _recorder.RecordAsync("QueueText", message, cancellation);

    [Function("QueueBytes")]
    public Task Bytes([QueueTrigger(QueueFunctionNames.Queue)] byte[] message) =>
        _recorder.RecordAsync("QueueBytes", Convert.ToHexString(message));

    [Function("QueueObject")]
    public Task Poco([QueueTrigger(QueueFunctionNames.Queue)] Greeting greeting, long dequeueCount, string name) =>
        _recorder.RecordAsync("QueueObject", $"{greeting} {dequeueCount} {name}");

    [Function("QueueMessage")]
    public Task Message([QueueTrigger(QueueFunctionNames.Queue, Connection = "TestStorage")] QueueMessage message) =>
        _recorder.RecordAsync("QueueMessage", $"{message.Body} {message.DequeueCount} {message.MessageId.Length}");

    [Function("QueueTimes")]
    public Task Times(
        [QueueTrigger(QueueFunctionNames.Queue)] string message,
        DateTime insertionTime,
        DateTimeOffset expirationTime,
        string nextVisibleTime
    ) =>
        _recorder.RecordAsync(
            "QueueTimes",
            $"{insertionTime.Kind} {(expirationTime.UtcDateTime - insertionTime).TotalDays} {DateTimeOffset.ParseExact(nextVisibleTime, "O", CultureInfo.InvariantCulture).UtcDateTime > insertionTime}"
        );

    [Function("QueueLock")]
    public Task Lock(
        [QueueTrigger(QueueFunctionNames.Queue)] string message,
        string id,
        string popReceipt,
        CancellationToken cancellation
    ) => _recorder.RecordAsync("QueueLock", (id, popReceipt), cancellation);

    [Function("QueueForward")]
    [QueueOutput("%TestOutputQueue%")]
    public static IEnumerable<Greeting> Forward([QueueTrigger(QueueFunctionNames.Queue)] string message) =>
        [new Greeting(message, 1), new Greeting(message, 2)];

    [Function("QueueForwardObject")]
    [QueueOutput("%TestOutputQueue%")]
    public static JsonObject ForwardObject([QueueTrigger(QueueFunctionNames.Queue)] string message) => new() { ["a"] = message, ["b"] = 1 };

    [Function("QueueToBlob")]
    [BlobOutput("%TestContainer%/{key}.json")]
    public static Greeting ToBlob([QueueTrigger(QueueFunctionNames.Queue)] Greeting greeting) => greeting;
}
