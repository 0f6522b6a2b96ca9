using System.Text.Json.Serialization;
using ComputeHorde.Storage.Local.Blobs;
using ComputeHorde.Storage.Local.Queues;

namespace ComputeHorde.Storage.Local.Stores;

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ContainerRecord))]
[JsonSerializable(typeof(BlobRecord))]
[JsonSerializable(typeof(BlockRecord))]
[JsonSerializable(typeof(QueueRecord))]
[JsonSerializable(typeof(MessageRecord))]
[JsonSerializable(typeof(DueMessage))]
internal sealed partial class RecordsJson : JsonSerializerContext;
