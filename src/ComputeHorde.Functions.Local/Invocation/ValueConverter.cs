using System.ComponentModel;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Azure.Core.Serialization;

namespace ComputeHorde.Functions.Local.Invocation;

/// <summary>Turns what a trigger carries into the type that a parameter asks for.</summary>
internal sealed class ValueConverter(ObjectSerializer serializer)
{
    public ObjectSerializer Serializer => serializer;

    /// <summary>A body as text, bytes, BinaryData, Stream, or an object read from JSON.</summary>
    /// <exception cref="FunctionInputException">The body is not JSON of that type.</exception>
    public object? FromBody(BinaryData body, Type type)
    {
        if (type == typeof(string))
        {
            return body.ToString();
        }

        if (type == typeof(byte[]))
        {
            return body.ToArray();
        }

        if (type == typeof(BinaryData))
        {
            return body;
        }

        if (type == typeof(Stream))
        {
            return body.ToStream();
        }

        if (type == typeof(ReadOnlyMemory<byte>))
        {
            return body.ToMemory();
        }

        try
        {
            return serializer.Deserialize(WithoutMark(body).ToStream(), type, CancellationToken.None);
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            throw new FunctionInputException($"The body is not JSON that fits {type.Name}: {exception.Message}", exception);
        }
    }

    /// <summary>A body without the byte order mark that some programs write in front of UTF-8.</summary>
    public static BinaryData WithoutMark(BinaryData body) =>
        body.ToMemory().Span.StartsWith(Encoding.UTF8.Preamble) ? new BinaryData(body.ToMemory()[Encoding.UTF8.Preamble.Length..]) : body;

    /// <summary>A single value of binding data.</summary>
    /// <exception cref="FunctionInputException">It does not fit the type.</exception>
    public object? ToType(object value, Type type, string name)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsInstanceOfType(value))
        {
            return value;
        }

        if (value is DateTimeOffset time && type == typeof(DateTime))
        {
            return time.UtcDateTime;
        }

        if (value is DateTimeOffset moment && type == typeof(string))
        {
            return moment.ToString("O", CultureInfo.InvariantCulture);
        }

        try
        {
            if (type == typeof(string))
            {
                return Convert.ToString(value, CultureInfo.InvariantCulture);
            }

            if (value is string text && TypeDescriptor.GetConverter(type) is var fromText && fromText.CanConvertFrom(typeof(string)))
            {
                return fromText.ConvertFromInvariantString(text);
            }

            if (value is string json)
            {
                return FromBody(new BinaryData(Encoding.UTF8.GetBytes(json)), type);
            }

            return Convert.ChangeType(value, type, CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or InvalidCastException or OverflowException)
        {
            throw new FunctionInputException($"'{name}' is not a valid {type.Name}.", exception);
        }
    }
}
