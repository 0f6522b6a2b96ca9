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

    [Fact]
    public void Constants_AreWhatTheyAreCalled()
    {
        var d = -121665 * BigInteger.ModPow(121666, s_p - 2, s_p);
        Equal(2 * d, CachedPoint.TwoD);
        Equal(d, Ristretto255.D);
        Equal(-1, FieldElement.SqrtMinusOne.Square());
        Equal(1, Ristretto255.InverseSqrtAMinusD.Square() * Element(-1 - d));
        Assert.Equal(0UL, FieldElement.SqrtMinusOne.NegativeMask() | Ristretto255.InverseSqrtAMinusD.NegativeMask());
    }

    [Fact]
    public void SqrtRatio_AnyOperands_FollowsRfc9496()
    {
        // Section 4.2: was_square, and the non-negative root of u/v or of i·u/v; zero for a zero operand.
        foreach (var (u, x) in Operands())
        {
            foreach (var (v, y) in Operands().Take(30))
            {
                var quotient = x * BigInteger.ModPow(y, s_p - 2, s_p) % s_p;
                var square = x.IsZero || (!y.IsZero && BigInteger.ModPow(quotient, (s_p - 1) / 2, s_p) == 1);
                Assert.Equal(square, FieldElement.SqrtRatio(u, v, out var root) != 0);
                Assert.Equal(0UL, root.NegativeMask());
                Equal(square ? quotient : quotient * Value(FieldElement.SqrtMinusOne), root.Square());
            }
        }
    }

    private static FieldElement Element(BigInteger value)
    {
        var bytes = new byte[FieldElement.Size];
        (((value % s_p) + s_p) % s_p).TryWriteBytes(bytes, out _, isUnsigned: true);
        return FieldElement.FromBytes(bytes);
    }

    private static BigInteger Value(FieldElement element)
    {
        var bytes = new byte[FieldElement.Size];
        element.CopyTo(bytes);
        return new(bytes, isUnsigned: true);
    }

    private static void Equal(BigInteger expected, FieldElement actual)
    {
        var remainder = ((expected % s_p) + s_p) % s_p;
        Assert.Equal(remainder, Value(actual));
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
