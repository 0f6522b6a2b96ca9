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
    public void Sum_AnyScalars_AgreesWithDoubleAndAdd()
    {
        var random = new Random(6);
        var points = Scalars(random).TakeLast(3).Select(s => DoubleAndAdd(s, BasePointTable.Generator)).ToArray();
        foreach (var a in Scalars(random))
        {
            foreach (var b in Scalars(new Random(7)).Skip(28).Take(3))
            {
                var expected = DoubleAndAdd(a, BasePointTable.Generator);
                Equal(expected, VariableTimeMultiply.Sum(a, [], []));
                expected += DoubleAndAdd(b, points[0]);
                Equal(expected, VariableTimeMultiply.Sum(a, [b], points.AsSpan(0, 1)));
                expected += DoubleAndAdd(a, points[1]) + points[2];
                Equal(expected, VariableTimeMultiply.Sum(a, [b, a, Scalar.FromUInt128(1)], points));
            }
        }
    }

    [Fact]
    public void ToNonAdjacentForm_AnyScalar_SumsUpToIt()
    {
        var digits = new sbyte[256];
        foreach (var scalar in Scalars(new Random(11)))
        {
            for (var width = 2; width <= 8; width++)
            {
                var top = VariableTimeMultiply.ToNonAdjacentForm(scalar, width, digits);
                var sum = BigInteger.Zero;
                for (var i = 255; i >= 0; i--)
                {
                    sum = (2 * sum) + digits[i];
                    Assert.True(digits[i] == 0 || (digits[i] % 2 != 0 && Math.Abs((int)digits[i]) < 1 << (width - 1)));
                }

                Assert.Equal(ToBigInteger(scalar), sum);
                Assert.Equal(Array.FindLastIndex(digits, d => d != 0), top);
            }
        }
    }

    [Fact]
    public void Split_AnyScalar_GivesAShortFraction()
    {
        var order = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493");
        var limit = BigInteger.Pow(2, Scalar.HalfBits);
        foreach (var k in Scalars(new Random(12)).Concat(Scalars(new Random(13))))
        {
            var negative = HalfSizeScalars.Split(k, out var numerator, out var denominator);
            var (n, d) = (ToBigInteger(numerator), ToBigInteger(denominator));
            Assert.InRange(n, 0, limit - 1);
            Assert.InRange(d, 1, limit - 1);
            Assert.Equal(BigInteger.Zero, (n - ((negative ? -d : d) * ToBigInteger(k))) % order);
        }
    }

    private static BigInteger ToBigInteger(in Scalar scalar)
    {
        var bytes = new byte[Scalar.Size];
        scalar.CopyTo(bytes);
        return new(bytes, isUnsigned: true);
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
