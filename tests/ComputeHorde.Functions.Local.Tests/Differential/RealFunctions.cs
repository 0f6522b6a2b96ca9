using Microsoft.Azure.WebJobs;

namespace ComputeHorde.Functions.Local.Tests.Differential;

/// <summary>The same functions, on the listeners of Azure.</summary>
public sealed class RealQueueFunctions
{
    private readonly Recorder _recorder;

    public RealQueueFunctions(IServiceProvider services) => _recorder = (Recorder)services.GetService(typeof(Recorder))!;

    public Task Message([QueueTrigger("%RealQueue%")] string message, long dequeueCount) =>
        DifferentialFunctions.RecordMessageAsync(_recorder, message, dequeueCount);
}

public sealed class RealBlobFunctions
{
    private readonly Recorder _recorder;

    public RealBlobFunctions(IServiceProvider services) => _recorder = (Recorder)services.GetService(typeof(Recorder))!;

    public Task Blob([BlobTrigger("%RealContainer%/{name}")] string content, string name) =>
        DifferentialFunctions.RecordBlobAsync(_recorder, name, content);
}
