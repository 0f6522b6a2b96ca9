using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Storage.Blobs.Models;
using ComputeHorde.Functions.Local.Blobs;
using ComputeHorde.Functions.Local.Invocation;
using ComputeHorde.Simulation.Chaos;

namespace ComputeHorde.Simulation.World;

/// <summary>
/// The doors of callers that are no HTTP: the queue of batches and the container of specifications. They wait until somebody has made them.
/// </summary>
internal sealed class Callers(Life life)
{
    public async Task SendAsync(string queue, string message)
    {
        var client = life.Queues.GetQueueClient(queue);
        while (!await client.ExistsAsync())
        {
            await life.Time.Delay(TimeSpan.FromSeconds(10));
        }

        await client.SendMessageAsync(message);
    }

    /// <summary>Writes a specification; the storage tells the application of it once, twice, or not at all.</summary>
    /// <returns>The name of the run or batch that this version of the blob starts.</returns>
    public async Task<string> DropAsync(string name, string content)
    {
        var container = life.Blobs.GetBlobContainerClient("jobs");
        while (!await container.ExistsAsync())
        {
            await life.Time.Delay(TimeSpan.FromSeconds(10));
        }

        BlobContentInfo written = await container.GetBlobClient(name).UploadAsync(BinaryData.FromString(content), overwrite: true);
        var chance = life.Fate.Chance($"event of {name} {content.Length}");
        for (
            var number = 0;
            number
                < (
                    chance < 0.15 ? 0
                    : chance < 0.3 ? 2
                    : 1
                );
            number++
        )
        {
            var delay = TimeSpan.FromSeconds(120 * life.Fate.Chance($"event {number} of {name}"));
            Background.Begin(() => TellAsync(new FoundBlob(container, name, written.ETag), delay));
        }

        return IdOf(name, written.ETag);
    }

    public async Task UntilRejectedAsync(string name)
    {
        var rejected = life.Blobs.GetBlobContainerClient("jobs-rejected");
        while (!await rejected.GetBlobClient(name + ".problems.json").ExistsAsync())
        {
            await life.Time.Delay(TimeSpan.FromSeconds(60));
        }
    }

    /// <summary>
    /// As the documentation says that runs of specifications are called: <c>blob-&lt;name&gt;-&lt;hash of path and ETag&gt;</c>.
    /// </summary>
    private static string IdOf(string name, ETag version)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"jobs/{name}\n{version.ToString("G").Trim('"')}"));
        return $"blob-{name[..^5]}-{Convert.ToHexStringLower(hash)[..16]}";
    }

    /// <summary>An event comes again when its function failed, five times in all.</summary>
    private async Task TellAsync(FoundBlob blob, TimeSpan delay)
    {
        var path = BlobPath.Parse("jobs/{name}.json", "simulation");
        for (var attempt = 0; attempt < 5; attempt++)
        {
            await life.Time.Delay(delay);
            var host = await life.AnyHostAsync($"event {blob.Name} {attempt}");
            try
            {
                if (host.Draw(Seam.Delivery, $"blob {blob.Name}", out var call) == FaultKind.DeathBefore)
                {
                    throw host.Die(call);
                }

                await host.TriggerAsync("JobSpecEvent", new TriggerInput(blob, BlobBinding.Data(blob, path), "blob"));
                return;
            }
            catch (Exception)
            {
                delay = TimeSpan.FromSeconds(30 << attempt);
            }
        }
    }
}
