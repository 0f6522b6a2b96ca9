using System.Text;
using System.Text.Json;
using Azure.Storage.Queues.Models;
using ComputeHorde.Functions.Local.Invocation;

namespace ComputeHorde.Functions.Local.Queues;

/// <summary>A message on its way into a function.</summary>
/// <param name="Message">The message as received, its body as it is in the queue.</param>
/// <param name="Body">What it carries.</param>
internal sealed record ReceivedMessage(QueueMessage Message, BinaryData Body);

/// <summary>The parameter of a queue trigger: the message, or its body.</summary>
internal static class QueueBinding
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static ParameterBinder Trigger(Type type, ValueConverter converter)
    {
        if (type == typeof(QueueMessage))
        {
            return static context => new(Decoded((ReceivedMessage)context.Trigger.Value!));
        }

        if (type == typeof(string))
        {
            return static context => new(Text(((ReceivedMessage)context.Trigger.Value!).Body));
        }

        return context => new(converter.FromBody(((ReceivedMessage)context.Trigger.Value!).Body, type));
    }

    /// <summary>What further parameters can take by name: facts about the message, and the top level of a JSON body.</summary>
    public static IReadOnlyDictionary<string, object?> Data(ReceivedMessage received)
    {
        var message = received.Message;
        var body = received.Body;
        var data = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        AddJson(data, body);
        data["QueueTrigger"] = body.ToString();
        data["Id"] = message.MessageId;
        data["PopReceipt"] = message.PopReceipt;
        data["DequeueCount"] = message.DequeueCount;
        data["InsertionTime"] = message.InsertedOn;
        data["ExpirationTime"] = message.ExpiresOn;
        data["NextVisibleTime"] = message.NextVisibleOn;
        return data;
    }

    /// <exception cref="FunctionInputException">It is no text.</exception>
    private static string Text(BinaryData body)
    {
        try
        {
            return Utf8.GetString(body.ToMemory().Span);
        }
        catch (DecoderFallbackException exception)
        {
            throw new FunctionInputException("The body of the message is not UTF-8: bind it to bytes.", exception);
        }
    }

    private static QueueMessage Decoded(ReceivedMessage received) =>
        QueuesModelFactory.QueueMessage(
            received.Message.MessageId,
            received.Message.PopReceipt,
            received.Body,
            received.Message.DequeueCount,
            received.Message.NextVisibleOn,
            received.Message.InsertedOn,
            received.Message.ExpiresOn
        );

    private static void AddJson(Dictionary<string, object?> data, BinaryData body)
    {
        var json = ValueConverter.WithoutMark(body).ToMemory();
        if (json.Span is not [(byte)'{', ..])
        {
            return;
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            foreach (var property in document.RootElement.EnumerateObject())
            {
                data[property.Name] =
                    property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString() : property.Value.GetRawText();
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // A text that merely begins like JSON, or holds half of a surrogate pair, has no properties to offer; the function still gets
            // it whole.
            data.Clear();
        }
    }
}
