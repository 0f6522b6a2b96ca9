using System.Numerics;

namespace ComputeHorde.Cryptography.Tests;

/// <summary>Field arithmetic against System.Numerics.BigInteger, with operands at and around every edge.</summary>
public sealed class FieldElementTests
{
    private static readonly BigInteger s_p = BigInteger.Pow(2, 255) - 19;

    [Fact]
    public void Arithmetic_AnyOperands_AgreesWithBigInteger()
    {
        foreach (var (a, x) in Operands())
        {
            Equal(x * x, a.Square());
            Equal(-x, -a);
            Assert.Equal(BigInteger.Zero == x, a.ZeroMask() != 0);
            Assert.Equal(!x.IsEven, a.NegativeMask() != 0);
            Equal(BigInteger.ModPow(x, s_p - 2, s_p), a.Invert());
            foreach (var (b, y) in Operands())
            {
                Equal(x * y, a * b);
                Equal(x + y, a + b);
                Equal(x - y, a - b);
                Equal((x + y) * (x - y), (a + b) * (a - b));
                Equal((x - y) * (x - y), (a - b).Square());
                Assert.Equal(x == y, FieldElement.EqualMask(a, b) != 0);
            }
        }
    }

    private static void Equal(BigInteger expected, FieldElement actual)
    {
        var remainder = ((expected % s_p) + s_p) % s_p;
        var bytes = new byte[FieldElement.Size];
        actual.CopyTo(bytes);
        Assert.Equal(remainder, new BigInteger(bytes, isUnsigned: true));
    }

    private static IEnumerable<(FieldElement Element, BigInteger Value)> Operands()
    {
        var random = new Random(1);
        BigInteger[] edges = [0, 1, 2, 18, 19, 20, s_p - 1, s_p - 2, s_p, s_p + 1, s_p + 18, (s_p - 1) / 2, BigInteger.Pow(2, 254), BigInteger.Pow(2, 51) - 1, BigInteger.Pow(2, 204)];
        for (var i = 0; i < edges.Length + 40; i++)
        {
            var bytes = new byte[FieldElement.Size];
            if (i < edges.Length)
            {
                edges[i].TryWriteBytes(bytes, out _, isUnsigned: true);
            }
            else
            {
                random.NextBytes(bytes);
                bytes[^1] &= 0x7f;
            }

            yield return (FieldElement.FromBytes(bytes), new BigInteger(bytes, isUnsigned: true) % s_p);
        }
    }
}
