using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ComputeHorde.Cryptography;

/// <summary>
/// A point of the twisted Edwards curve -x² + y² = 1 + d·x²·y² over GF(2^255 - 19) (RFC 8032 section 5.1.4) in extended
/// coordinates: x = X/Z, y = Y/Z, x·y = T/Z.
/// </summary>
/// <remarks>
/// Additions follow Hisil, Wong, Carter and Dawson, "Twisted Edwards Curves Revisited"; they hold for any two points. The methods that
/// verifying and signing spend their time in write their result in place.
/// </remarks>
internal struct EdwardsPoint(in FieldElement x, in FieldElement y, in FieldElement z, in FieldElement t)
{
    internal FieldElement X = x, Y = y, Z = z, T = t;

    internal static EdwardsPoint Identity => new(FieldElement.Zero, FieldElement.One, FieldElement.One, FieldElement.Zero);

    public static EdwardsPoint operator -(in EdwardsPoint p) => new(-p.X, p.Y, p.Z, -p.T);

    public static EdwardsPoint operator +(in EdwardsPoint p, in EdwardsPoint q)
    {
        p.Add(new CachedPoint(q), out var sum);
        sum.ToExtended(out var result);
        return result;
    }

    /// <summary>This point added to itself <paramref name="count"/> times over, which is 2^count times this point.</summary>
    internal readonly EdwardsPoint Double(int count)
    {
        var current = new ProjectivePoint(X, Y, Z);
        for (var i = 1; i < count; i++)
        {
            current.Double(out var twice);
            twice.ToProjective(out current);
        }

        current.Double(out var last);
        last.ToExtended(out var result);
        return result;
    }

    internal readonly void Add(in CachedPoint q, out CompletedPoint sum)
    {
        FieldElement.Multiply(Y + X, q.YPlusX, out var plus);
        FieldElement.Multiply(Y - X, q.YMinusX, out var minus);
        FieldElement.Multiply(T, q.T2D, out var tt);
        FieldElement.Multiply(Z, q.Z, out var zz);
        sum = CompletedPoint.FromSum(plus, minus, zz, tt);
    }

    internal readonly void Subtract(in CachedPoint q, out CompletedPoint difference)
    {
        FieldElement.Multiply(Y + X, q.YMinusX, out var plus);
        FieldElement.Multiply(Y - X, q.YPlusX, out var minus);
        FieldElement.Multiply(T, q.T2D, out var tt);
        FieldElement.Multiply(Z, q.Z, out var zz);
        difference = CompletedPoint.FromDifference(plus, minus, zz, tt);
    }

    internal readonly void Add(in AffinePoint q, out CompletedPoint sum)
    {
        FieldElement.Multiply(Y + X, q.YPlusX, out var plus);
        FieldElement.Multiply(Y - X, q.YMinusX, out var minus);
        FieldElement.Multiply(T, q.XY2D, out var tt);
        sum = CompletedPoint.FromSum(plus, minus, Z, tt);
    }

    internal readonly void Subtract(in AffinePoint q, out CompletedPoint difference)
    {
        FieldElement.Multiply(Y + X, q.YMinusX, out var plus);
        FieldElement.Multiply(Y - X, q.YPlusX, out var minus);
        FieldElement.Multiply(T, q.XY2D, out var tt);
        difference = CompletedPoint.FromDifference(plus, minus, Z, tt);
    }
}

/// <summary>A point without T, which is all that a doubling needs.</summary>
internal struct ProjectivePoint(in FieldElement x, in FieldElement y, in FieldElement z)
{
    internal FieldElement X = x, Y = y, Z = z;

    internal static ProjectivePoint Identity => new(FieldElement.Zero, FieldElement.One, FieldElement.One);

    internal readonly void Double(out CompletedPoint result)
    {
        FieldElement.Square(X, out var xx);
        FieldElement.Square(Y, out var yy);
        FieldElement.Square(Z, out var zz);
        FieldElement.Square(X + Y, out var sum);
        result.X = sum - (yy + xx);
        result.Y = yy + xx;
        result.Z = yy - xx;
        result.T = zz + zz + xx - yy;
    }
}

/// <summary>What a doubling or an addition leaves before its last multiplications: x = X/Z, y = Y/T.</summary>
internal struct CompletedPoint
{
    internal FieldElement X, Y, Z, T;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static CompletedPoint FromSum(in FieldElement plus, in FieldElement minus, in FieldElement zz, in FieldElement tt)
    {
        CompletedPoint result;
        result.X = plus - minus;
        result.Y = plus + minus;
        result.Z = zz + zz + tt;
        result.T = zz + zz - tt;
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static CompletedPoint FromDifference(in FieldElement plus, in FieldElement minus, in FieldElement zz, in FieldElement tt)
    {
        CompletedPoint result;
        result.X = plus - minus;
        result.Y = plus + minus;
        result.Z = zz + zz - tt;
        result.T = zz + zz + tt;
        return result;
    }

    internal readonly void ToProjective(out ProjectivePoint result)
    {
        FieldElement.Multiply(X, T, out result.X);
        FieldElement.Multiply(Y, Z, out result.Y);
        FieldElement.Multiply(Z, T, out result.Z);
    }

    internal readonly void ToExtended(out EdwardsPoint result)
    {
        FieldElement.Multiply(X, T, out result.X);
        FieldElement.Multiply(Y, Z, out result.Y);
        FieldElement.Multiply(Z, T, out result.Z);
        FieldElement.Multiply(X, Y, out result.T);
    }
}

/// <summary>An extended point prepared as the second operand of additions.</summary>
internal readonly struct CachedPoint
{
    internal readonly FieldElement YPlusX, YMinusX, Z, T2D;

    internal CachedPoint(in EdwardsPoint p)
    {
        YPlusX = p.Y + p.X;
        YMinusX = p.Y - p.X;
        Z = p.Z;
        T2D = p.T * TwoD;
    }

    /// <summary>2d, with d = -121665/121666.</summary>
    internal static FieldElement TwoD => new(1859910466990425, 932731440258426, 1072319116312658, 1815898335770999, 633789495995903);
}

/// <summary>A precomputed point with Z = 1 and canonical limbs, padded to 128 bytes so that a table entry is four vectors of 32 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Size = 128)]
internal readonly struct AffinePoint
{
    internal readonly FieldElement YPlusX, YMinusX, XY2D;

    internal AffinePoint(in FieldElement yPlusX, in FieldElement yMinusX, in FieldElement xy2d)
    {
        YPlusX = yPlusX;
        YMinusX = yMinusX;
        XY2D = xy2d;
    }

    internal AffinePoint(in EdwardsPoint p)
        : this(p, p.Z.Invert())
    {
    }

    private AffinePoint(in EdwardsPoint p, in FieldElement inverseOfZ)
    {
        var x = p.X * inverseOfZ;
        var y = p.Y * inverseOfZ;
        YPlusX = (y + x).Canonical();
        YMinusX = (y - x).Canonical();
        XY2D = (x * y * CachedPoint.TwoD).Canonical();
    }

    /// <summary>The neutral element.</summary>
    internal static AffinePoint Identity => new(FieldElement.One, FieldElement.One, FieldElement.Zero);

    /// <summary>Prepares many points with one inversion (Montgomery's trick).</summary>
    internal static void FromPoints(ReadOnlySpan<EdwardsPoint> points, Span<AffinePoint> destination)
    {
        var products = new FieldElement[points.Length];
        var product = FieldElement.One;
        for (var i = 0; i < points.Length; i++)
        {
            products[i] = product;
            product *= points[i].Z;
        }

        var inverse = product.Invert();
        for (var i = points.Length - 1; i >= 0; i--)
        {
            destination[i] = new(points[i], inverse * products[i]);
            inverse *= points[i].Z;
        }
    }
}
