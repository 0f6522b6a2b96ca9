using System.Runtime.InteropServices;

namespace ComputeHorde.Cryptography;

/// <summary>
/// A point of the twisted Edwards curve -x² + y² = 1 + d·x²·y² over GF(2^255 - 19) (RFC 8032 section 5.1.4) in extended
/// coordinates: x = X/Z, y = Y/Z, x·y = T/Z.
/// </summary>
internal readonly struct EdwardsPoint(in FieldElement x, in FieldElement y, in FieldElement z, in FieldElement t)
{
    internal readonly FieldElement X = x, Y = y, Z = z, T = t;

    internal static EdwardsPoint Identity => new(FieldElement.Zero, FieldElement.One, FieldElement.One, FieldElement.Zero);

    public static EdwardsPoint operator -(in EdwardsPoint p) => new(-p.X, p.Y, p.Z, -p.T);

    public static EdwardsPoint operator +(in EdwardsPoint p, in EdwardsPoint q) => p.Add(new CachedPoint(q)).ToExtended();

    internal ProjectivePoint ToProjective() => new(X, Y, Z);

    internal EdwardsPoint Double() => ToProjective().Double().ToExtended();

    internal CompletedPoint Add(in CachedPoint q)
    {
        var plus = (Y + X) * q.YPlusX;
        var minus = (Y - X) * q.YMinusX;
        var tt = T * q.T2D;
        var zz = Z * q.Z;
        var zz2 = zz + zz;
        return new(plus - minus, plus + minus, zz2 + tt, zz2 - tt);
    }

    internal CompletedPoint Subtract(in CachedPoint q)
    {
        var plus = (Y + X) * q.YMinusX;
        var minus = (Y - X) * q.YPlusX;
        var tt = T * q.T2D;
        var zz = Z * q.Z;
        var zz2 = zz + zz;
        return new(plus - minus, plus + minus, zz2 - tt, zz2 + tt);
    }

    internal CompletedPoint Add(in AffinePoint q)
    {
        var plus = (Y + X) * q.YPlusX;
        var minus = (Y - X) * q.YMinusX;
        var tt = T * q.XY2D;
        var z2 = Z + Z;
        return new(plus - minus, plus + minus, z2 + tt, z2 - tt);
    }

    internal CompletedPoint Subtract(in AffinePoint q)
    {
        var plus = (Y + X) * q.YMinusX;
        var minus = (Y - X) * q.YPlusX;
        var tt = T * q.XY2D;
        var z2 = Z + Z;
        return new(plus - minus, plus + minus, z2 - tt, z2 + tt);
    }
}

/// <summary>A point without T, which is all that a doubling needs.</summary>
internal readonly struct ProjectivePoint(in FieldElement x, in FieldElement y, in FieldElement z)
{
    internal readonly FieldElement X = x, Y = y, Z = z;

    internal static ProjectivePoint Identity => new(FieldElement.Zero, FieldElement.One, FieldElement.One);

    internal CompletedPoint Double()
    {
        var xx = X.Square();
        var yy = Y.Square();
        var zz = Z.Square();
        var sum = (X + Y).Square();
        var yyPlusXx = yy + xx;
        return new(sum - yyPlusXx, yyPlusXx, yy - xx, zz + zz + xx - yy);
    }
}

/// <summary>What a doubling or an addition leaves before its last multiplications: x = X/Z, y = Y/T.</summary>
internal readonly struct CompletedPoint(in FieldElement x, in FieldElement y, in FieldElement z, in FieldElement t)
{
    internal readonly FieldElement X = x, Y = y, Z = z, T = t;

    internal ProjectivePoint ToProjective() => new(X * T, Y * Z, Z * T);

    internal EdwardsPoint ToExtended() => new(X * T, Y * Z, Z * T, X * Y);
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
