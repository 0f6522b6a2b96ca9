using System.Buffers.Binary;
using System.Text;

namespace ComputeHorde.Durable.Tests.Checks.Comparers;

/// <summary>Writes arrays in NumPy's .npy format.</summary>
internal static class NpyFile
{
    /// <summary>Writes numbers, given in C order, in any type and order.</summary>
    public static byte[] Of(string descr, long[] shape, double[] values, bool fortran = false, int version = 1)
    {
        var elements = new List<byte>();
        foreach (var value in fortran ? Transposed(shape, values) : values)
        {
            elements.AddRange(Element(descr, value));
        }

        var lengths = shape.Length == 1 ? $"({shape[0]},)" : $"({string.Join(", ", shape)})";
        return Of($"{{'descr': '{descr}', 'fortran_order': {(fortran ? "True" : "False")}, 'shape': {lengths}, }}", [.. elements], version);
    }

    public static byte[] Of(string header, byte[] elements, int version = 1)
    {
        var start = version == 1 ? 10 : 12;
        var text = Encoding.UTF8.GetBytes(header.PadRight(((start + header.Length + 64) / 64 * 64) - start - 1) + "\n");
        var length = new byte[start - 8];
        if (version == 1)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)text.Length);
        }
        else
        {
            BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)text.Length);
        }

        return [0x93, .. "NUMPY"u8, (byte)version, 0, .. length, .. text, .. elements];
    }

    private static byte[] Element(string descr, double value)
    {
        byte[] bytes = descr[1..] switch
        {
            "f8" => BitConverter.GetBytes(value),
            "f4" => BitConverter.GetBytes((float)value),
            "f2" => BitConverter.GetBytes((Half)value),
            "i8" => BitConverter.GetBytes((long)value),
            "i4" => BitConverter.GetBytes((int)value),
            "i2" => BitConverter.GetBytes((short)value),
            "i1" => [(byte)(sbyte)value],
            "u8" => BitConverter.GetBytes((ulong)value),
            "u4" => BitConverter.GetBytes((uint)value),
            "u2" => BitConverter.GetBytes((ushort)value),
            "u1" => [(byte)value],
            "b1" => [value == 0 ? (byte)0 : (byte)1],
            "c8" => [.. Element(descr[0] + "f4", value), .. Element(descr[0] + "f4", 0)],
            "c16" => [.. Element(descr[0] + "f8", value), .. Element(descr[0] + "f8", 0)],
            _ => throw new ArgumentException(descr, nameof(descr)),
        };
        if (descr[0] == '>' && descr[1] != 'c')
        {
            Array.Reverse(bytes);
        }

        return bytes;
    }

    /// <summary>The values in the order in which the first index runs fastest.</summary>
    private static double[] Transposed(long[] shape, double[] values)
    {
        var transposed = new double[values.Length];
        for (var place = 0; place < values.Length; place++)
        {
            var (rest, target, stride) = ((long)place, 0L, values.LongLength);
            for (var dimension = shape.Length - 1; dimension >= 0; dimension--)
            {
                stride /= shape[dimension];
                target += rest % shape[dimension] * stride;
                rest /= shape[dimension];
            }

            transposed[target] = values[place];
        }

        return transposed;
    }
}
