using System.Collections;
using ComputeHorde.Functions.Local.Blobs;
using ComputeHorde.Functions.Local.Queues;
using ComputeHorde.Functions.Local.Storage;
using Microsoft.Azure.Functions.Worker;

namespace ComputeHorde.Functions.Local.Invocation;

/// <summary>Sends out what a function returned: the value itself, or the properties of it that carry an output attribute.</summary>
internal sealed class FunctionOutputs
{
    private readonly List<(string Source, Func<LocalFunctionContext, object, Task> Write)> _outputs = [];
    private readonly ValueConverter _converter;
    private readonly StorageClients _storage;
    private readonly bool _base64;
    private readonly string _place;
    private readonly string? _httpProperty;

    public FunctionOutputs(FunctionDescriptor function, ValueConverter converter, StorageClients storage, bool base64)
    {
        _converter = converter;
        _storage = storage;
        _base64 = base64;
        _place = $"Function '{function.Name}', output";
        foreach (var binding in function.Bindings.Where(binding => binding.IsOutput))
        {
            switch (binding.Attribute)
            {
                case QueueOutputAttribute queue:
                    _outputs.Add((binding.Name, Queue(queue)));
                    break;
                case BlobOutputAttribute blob:
                    _outputs.Add((binding.Name, Blob(blob)));
                    break;
                case HttpResultAttribute:
                    _httpProperty = binding.Name;
                    break;
            }
        }
    }

    public async Task WriteAsync(LocalFunctionContext context)
    {
        foreach (var (source, write) in _outputs)
        {
            if (Value(context.Result, source) is { } value)
            {
                await write(context, value);
            }
        }
    }

    /// <summary>What is left for the HTTP answer.</summary>
    public object? HttpResult(object? result) =>
        _httpProperty is not null ? Value(result, _httpProperty)
        : _outputs.Any(output => output.Source == "$return") ? null
        : result;

    private static object? Value(object? result, string source) =>
        source == "$return" ? result : result?.GetType().GetProperty(source)?.GetValue(result);

    private Func<LocalFunctionContext, object, Task> Queue(QueueOutputAttribute output)
    {
        var queue = _storage.Queues(output.Connection, _place).GetQueueClient(_storage.QueueName(output.QueueName, _place));
        return async (context, value) =>
        {
            await queue.CreateIfNotExistsAsync(cancellationToken: context.CancellationToken);
            foreach (var item in IsMany(value) ? ((IEnumerable)value).Cast<object?>() : [value])
            {
                if (item is not null)
                {
                    await queue.SendMessageAsync(QueueBody.Encode(Body(item), _base64), context.CancellationToken);
                }
            }
        };
    }

    /// <summary>What is an array in JSON is many messages; what is an object there, as dictionaries of all kinds are, is one.</summary>
    private static bool IsMany(object value) =>
        value is IEnumerable and not (string or byte[] or IDictionary)
        && !value
            .GetType()
            .GetInterfaces()
            .Any(type =>
                type.IsGenericType
                && type.GetGenericTypeDefinition() == typeof(IEnumerable<>)
                && type.GetGenericArguments()[0] is { IsGenericType: true } item
                && item.GetGenericTypeDefinition() == typeof(KeyValuePair<,>)
            );

    private Func<LocalFunctionContext, object, Task> Blob(BlobOutputAttribute output)
    {
        var path = BlobPath.Parse(_storage.Resolve(output.BlobPath, _place), _place);
        var container = _storage.Blobs(output.Connection, _place).GetBlobContainerClient(path.Container);
        return async (context, value) =>
        {
            await container.CreateIfNotExistsAsync(cancellationToken: context.CancellationToken);
            var blob = container.GetBlobClient(path.Fill(context.Trigger.Data, _place));
            if (value is Stream stream)
            {
                await blob.UploadAsync(stream, overwrite: true, context.CancellationToken);
            }
            else
            {
                await blob.UploadAsync(Body(value), overwrite: true, context.CancellationToken);
            }
        };
    }

    private BinaryData Body(object value) =>
        value switch
        {
            string text => new BinaryData(text),
            byte[] bytes => new BinaryData(bytes),
            BinaryData data => data,
            _ => _converter.Serializer.Serialize(value, value.GetType(), CancellationToken.None),
        };
}
