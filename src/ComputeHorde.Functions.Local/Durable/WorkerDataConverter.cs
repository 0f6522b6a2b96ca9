using System.Text;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Functions.Local.Durable;

/// <summary>Orchestrations of a functions application are serialised by the worker's own serializer.</summary>
internal sealed class WorkerDataConverter(IOptions<WorkerOptions> worker) : DataConverter
{
    public override string? Serialize(object? value) =>
        value is null ? null : worker.Value.Serializer!.Serialize(value, value.GetType(), CancellationToken.None).ToString();

    public override object? Deserialize(string? data, Type targetType)
    {
        if (data is null)
        {
            return null;
        }

        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(data), writable: false);
        return worker.Value.Serializer!.Deserialize(stream, targetType, CancellationToken.None);
    }
}
