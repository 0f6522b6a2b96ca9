using System.Text;
using Microsoft.DurableTask;

namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>Reads what <see cref="PayloadWriter"/> wrote.</summary>
internal ref struct PayloadReader(ReadOnlySpan<byte> data)
{
    private ReadOnlySpan<byte> _rest = data;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    public byte ReadByte()
    {
        if (_rest.IsEmpty)
        {
            throw Truncated();
        }

        var value = _rest[0];
        _rest = _rest[1..];
        return value;
    }

    public int ReadInt32() => (int)(uint)ReadUInt64();

    public long ReadInt64() => (long)ReadUInt64();

    public string? ReadString()
    {
        var length = ReadUInt64();
        if (length == 0)
        {
            return null;
        }

        if (length - 1 > (ulong)_rest.Length)
        {
            throw Truncated();
        }

        var value = Encoding.UTF8.GetString(_rest[..(int)(length - 1)]);
        _rest = _rest[(int)(length - 1)..];
        return value;
    }

    public Dictionary<string, string> ReadTags()
    {
        var tags = new Dictionary<string, string>();
        for (var left = ReadInt32(); left > 0; left--)
        {
            tags.Add(ReadString()!, ReadString()!);
        }

        return tags;
    }

    public FailureDetails? ReadFailure()
    {
        if (ReadByte() == 0)
        {
            return null;
        }

        var (type, message, stack, nonRetriable) = (ReadString()!, ReadString()!, ReadString(), ReadByte() != 0);
        var properties = FailureProperties.Read(ReadString());
        return new FailureDetails(type, message, stack, ReadFailure(), nonRetriable, properties);
    }

    private static InvalidDataException Truncated() => new("The stored history ends in the middle of an event.");

    private ulong ReadUInt64()
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = ReadByte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}
