using System.Buffers;
using System.Text;
using Microsoft.DurableTask;

namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>Writes numbers as base-128 varints, texts as length and UTF-8.</summary>
internal ref struct PayloadWriter(IBufferWriter<byte> target)
{
    private Span<byte> _span = target.GetSpan(256);
    private int _used;

    public void WriteByte(byte value)
    {
        Reserve(1);
        _span[_used++] = value;
    }

    public void WriteInt32(int value) => WriteUInt64((uint)value);

    public void WriteInt64(long value) => WriteUInt64((ulong)value);

    /// <summary>Null is length zero; a text of n bytes is n + 1.</summary>
    public void WriteString(string? value)
    {
        if (value is null)
        {
            WriteByte(0);
            return;
        }

        var length = Encoding.UTF8.GetByteCount(value);
        WriteUInt64((ulong)length + 1);
        Reserve(length);
        _used += Encoding.UTF8.GetBytes(value, _span[_used..]);
    }

    public void WriteTags(IReadOnlyDictionary<string, string> tags)
    {
        WriteInt32(tags.Count);
        foreach (var (name, value) in tags)
        {
            WriteString(name);
            WriteString(value);
        }
    }

    public void WriteFailure(FailureDetails? failure)
    {
        WriteByte(failure is null ? (byte)0 : (byte)1);
        if (failure is not null)
        {
            WriteString(failure.ErrorType);
            WriteString(failure.ErrorMessage);
            WriteString(failure.StackTrace);
            WriteByte(failure.IsNonRetriable ? (byte)1 : (byte)0);
            WriteString(FailureProperties.Write(failure.Properties));
            WriteFailure(failure.InnerFailure);
        }
    }

    public void Flush()
    {
        target.Advance(_used);
        _used = 0;
        _span = default;
    }

    private void WriteUInt64(ulong value)
    {
        Reserve(10);
        while (value >= 0x80)
        {
            _span[_used++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _span[_used++] = (byte)value;
    }

    private void Reserve(int count)
    {
        if (_span.Length - _used < count)
        {
            target.Advance(_used);
            _span = target.GetSpan(Math.Max(count, 256));
            _used = 0;
        }
    }
}
