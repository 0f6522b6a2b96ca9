using System.Numerics;

namespace ComputeHorde.Cryptography.Tests;

/// <summary>Products of points and scalars against doubling and adding, one bit at a time.</summary>
public sealed class MultiplyTests
{
    [Fact]
    public void BasePointTable_AnyScalar_AgreesWithDoubleAndAdd()
    {
        foreach (var scalar in Scalars(new Random(5)))
        {
            Equal(DoubleAndAdd(scalar, BasePointTable.Generator), BasePointTable.Multiply(scalar));
        }
    }

    [Fact]
    public void AddProducts_AnyScalars_AgreesWithDoubleAndAdd()
    {
        var random = new Random(6);
        var point = DoubleAndAdd(Scalars(random).Last(), BasePointTable.Generator);
        foreach (var a in Scalars(random))
        {
            foreach (var b in Scalars(new Random(7)).Take(12))
            {
                var expected = DoubleAndAdd(a, point) + DoubleAndAdd(b, BasePointTable.Generator);
                Equal(expected, VariableTimeMultiply.AddProducts(a, point, b));
            }
        }
    }

    private static EdwardsPoint DoubleAndAdd(in Scalar scalar, EdwardsPoint point)
    {
        var bytes = new byte[Scalar.Size];
        scalar.CopyTo(bytes);
        var sum = EdwardsPoint.Identity;
        for (var bit = 255; bit >= 0; bit--)
        {
            sum += sum;
            if (((bytes[bit / 8] >> (bit % 8)) & 1) != 0)
            {
                sum += point;
            }
        }

        return sum;
    }

    private static void Equal(in EdwardsPoint expected, in EdwardsPoint actual)
    {
        byte[] a = new byte[32], b = new byte[32];
        Ristretto255.Encode(expected, a);
        Ristretto255.Encode(actual, b);
        Assert.Equal(a, b);
    }

    private static IEnumerable<Scalar> Scalars(Random random)
    {
        BigInteger[] edges = [0, 1, 2, 7, 8, 15, 16, 127, 128, 129, 255, 256, BigInteger.Pow(2, 252), BigInteger.Pow(2, 252) - 1, BigInteger.Pow(2, 128) - 1];
        var bytes = new byte[32];
        foreach (var edge in edges)
        {
            Array.Clear(bytes);
            edge.TryWriteBytes(bytes, out _, isUnsigned: true);
            yield return Scalar.FromBytesModOrder(bytes);
            yield return -Scalar.FromBytesModOrder(bytes);
        }

        for (var i = 0; i < 20; i++)
        {
            random.NextBytes(bytes);
            yield return Scalar.FromBytesModOrder(bytes);
        }
    }
}
