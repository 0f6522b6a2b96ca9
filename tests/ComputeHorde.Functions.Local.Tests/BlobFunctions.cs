using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;
using Microsoft.Azure.Functions.Worker;

namespace ComputeHorde.Functions.Local.Tests;

/// <summary>Blob functions of every kind of signature. Each test names the container through a setting.</summary>
public sealed class BlobFunctions
{
    private readonly Recorder _recorder;

    public BlobFunctions(IServiceProvider services) => _recorder = (Recorder)services.GetService(typeof(Recorder))!;

    [Function("BlobText")]
    public Task Text([BlobTrigger("%TestContainer%/{name}.json")] string content, string name, CancellationToken cancellation) =>
        _recorder.RecordAsync("BlobText", $"{name}={content}", cancellation);

    [Function("BlobStream")]
    public async Task Streamed(
        [BlobTrigger("%TestContainer%/{folder}/{name}", Source = BlobTriggerSource.EventGrid)] Stream content,
        string folder,
        string name,
        string blobTrigger
    )
    {
        using var reader = new StreamReader(content);
        await _recorder.RecordAsync(
            "BlobStream",
            $"{folder}|{name}|{await reader.ReadToEndAsync()}|{blobTrigger.EndsWith($"{folder}/{name}", StringComparison.Ordinal)}"
        );
    }

    [Function("BlobLeftOpen")]
    public Task LeftOpen([BlobTrigger("%TestContainer%/{name}")] Stream content) =>
        _recorder.RecordAsync("BlobLeftOpen", content.ReadByte());

    [Function("BlobClient")]
    public async Task Client([BlobTrigger("%TestContainer%")] BlobClient blob) =>
        await _recorder.RecordAsync("BlobClient", $"{blob.Name} {(await blob.GetPropertiesAsync()).Value.ContentLength}");

    [Function("BlobClients")]
    public Task Clients(
        [BlobTrigger("%TestContainer%/{name}")] BlobBaseClient blob,
        [BlobInput("%TestContainer%/{name}")] AppendBlobClient append,
        [BlobInput("%TestContainer%/{name}")] PageBlobClient page,
        [BlobInput("%TestContainer%/{name}")] BlockBlobClient block
    ) => _recorder.RecordAsync("BlobClients", $"{blob.Name} {append.GetType().Name} {page.GetType().Name} {block.GetType().Name}");

    [Function("BlobsOfContainer")]
    public Task OfContainer([BlobTrigger("%TestContainer%")] BlobClient blob, [BlobInput("%TestContainer%")] string[] contents) =>
        _recorder.RecordAsync("BlobsOfContainer", (blob, contents));

    [Function("BlobObject")]
    public Task Poco(
        [BlobTrigger("%TestContainer%/{name}.json")] Greeting greeting,
        [BlobInput("%TestContainer%/{name}.txt")] string? side
    ) => _recorder.RecordAsync("BlobObject", $"{greeting} {side ?? "none"}");
}
