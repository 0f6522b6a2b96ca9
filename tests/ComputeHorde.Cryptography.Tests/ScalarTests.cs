using System.Numerics;

namespace ComputeHorde.Cryptography.Tests;

/// <summary>Arithmetic modulo the group order against System.Numerics.BigInteger.</summary>
public sealed class ScalarTests
{
    private static readonly BigInteger s_order = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493");

    [Fact]
    public void Arithmetic_AnyOperands_AgreesWithBigInteger()
    {
        var numbers = Numbers(new Random(2), 64).ToList();
        foreach (var x in numbers)
        {
            var a = Scalar.FromWideBytes(Bytes(x, 64));
            Equal(x, a);
            Equal(-x, -a);
            Assert.Equal(x % s_order == 0, a.IsZero);
            foreach (var y in numbers)
            {
                var b = Scalar.FromWideBytes(Bytes(y, 64));
                Equal(x * y, a * b);
                Equal(x + y, a + b);
                Equal((x * y) + y, Scalar.MultiplyAdd(a, b, b));
            }
        }
    }

    [Fact]
    public void FromBytesModOrder_AnyBytes_Reduces()
    {
        foreach (var x in Numbers(new Random(3), 32))
        {
            Equal(x, Scalar.FromBytesModOrder(Bytes(x, 32)));
        }
    }

    [Fact]
    public void TryFromCanonicalBytes_AnyBytes_AcceptsExactlyThoseBelowTheOrder()
    {
        foreach (var x in Numbers(new Random(4), 32))
        {
            Assert.Equal(x < s_order, Scalar.TryFromCanonicalBytes(Bytes(x, 32), out var scalar));
            Equal(x < s_order ? x : 0, scalar);
        }
    }

    private static byte[] Bytes(BigInteger value, int size)
    {
        var bytes = new byte[size];
        Assert.True(value.TryWriteBytes(bytes, out _, isUnsigned: true));
        return bytes;
    }

    private static void Equal(BigInteger expected, Scalar actual)
    {
        var bytes = new byte[Scalar.Size];
        actual.CopyTo(bytes);
        Assert.Equal(((expected % s_order) + s_order) % s_order, new BigInteger(bytes, isUnsigned: true));
    }

    private static IEnumerable<BigInteger> Numbers(Random random, int size)
    {
        var largest = BigInteger.Pow(256, size) - 1;
        BigInteger[] edges =
        [
            0, 1, 2, s_order - 1, s_order, s_order + 1, (2 * s_order) - 1, 2 * s_order, BigInteger.Pow(2, 252), BigInteger.Pow(2, 253),
            largest, largest / s_order * s_order, (largest / s_order * s_order) - 1, BigInteger.Pow(2, 192), BigInteger.Pow(2, 128) - 1,
        ];
        foreach (var edge in edges)
        {
            yield return edge;
        }

        for (var i = 0; i < 40; i++)
        {
            var bytes = new byte[size];
            random.NextBytes(bytes);
            yield return new BigInteger(bytes, isUnsigned: true) >> (i % 4 * 60);
        }
    }
}
