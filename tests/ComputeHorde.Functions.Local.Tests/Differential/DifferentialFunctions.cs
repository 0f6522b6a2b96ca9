using Microsoft.Azure.Functions.Worker;

namespace ComputeHorde.Functions.Local.Tests.Differential;

/// <summary>Functions that tell all that a trigger brought them, and throw at what asks for it.</summary>
public sealed class DifferentialFunctions
{
    private readonly Recorder _recorder;

    public DifferentialFunctions(IServiceProvider services) => _recorder = (Recorder)services.GetService(typeof(Recorder))!;

    [Function("DifferentialQueue")]
    public Task Message([QueueTrigger("%OurQueue%")] string message, long dequeueCount) =>
        RecordMessageAsync(_recorder, message, dequeueCount);

    [Function("DifferentialBlob")]
    public Task Blob([BlobTrigger("%OurContainer%/{name}")] string content, string name) => RecordBlobAsync(_recorder, name, content);

    internal static Task RecordMessageAsync(Recorder recorder, string message, long dequeueCount) =>
        RecordAsync(recorder, $"{message} #{dequeueCount}", message);

    internal static Task RecordBlobAsync(Recorder recorder, string name, string content) =>
        RecordAsync(recorder, $"{name}={content}", content);

    private static async Task RecordAsync(Recorder recorder, string delivery, string content)
    {
        await recorder.RecordAsync("delivery", delivery);
        if (content.Contains("throw", StringComparison.Ordinal))
        {
            throw new InvalidOperationException("asked for");
        }
    }
}
