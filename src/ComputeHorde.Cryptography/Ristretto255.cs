namespace ComputeHorde.Cryptography;

/// <summary>
/// The prime-order group ristretto255 (RFC 9496): encoding, decoding and comparison of elements held as Edwards points.
/// Encodings have 32 bytes; each element has exactly one, and every other string is refused.
/// </summary>
internal static class Ristretto255
{
    /// <summary>Size of an encoded element, in bytes.</summary>
    internal const int Size = 32;

    /// <summary>d = -121665/121666.</summary>
    internal static FieldElement D => new(929955233495203, 466365720129213, 1662059464998953, 2033849074728123, 1442794654840575);

    /// <summary>1/sqrt(a - d), with a = -1.</summary>
    internal static FieldElement InverseSqrtAMinusD =>
        new(278908739862762, 821645201101625, 8113234426968, 1777959178193151, 2118520810568447);

    /// <summary>Decodes an element (RFC 9496 section 4.3.1).</summary>
    /// <returns>False when the bytes are not the canonical encoding of an element.</returns>
    internal static bool TryDecode(ReadOnlySpan<byte> bytes, out EdwardsPoint point)
    {
        point = EdwardsPoint.Identity;
        if (bytes.Length != Size)
        {
            return false;
        }

        var s = FieldElement.FromBytes(bytes);
        Span<byte> canonical = stackalloc byte[FieldElement.Size];
        s.CopyTo(canonical);
        if (!canonical.SequenceEqual(bytes) || s.NegativeMask() != 0)
        {
            return false;
        }

        var ss = s.Square();
        var u1 = FieldElement.One - ss;
        var u2 = FieldElement.One + ss;
        var u2Squared = u2.Square();
        var v = -(D * u1.Square()) - u2Squared;
        var wasSquare = FieldElement.SqrtRatio(FieldElement.One, v * u2Squared, out var inverse);
        var denominatorX = inverse * u2;
        var denominatorY = inverse * denominatorX * v;
        var x = ((s + s) * denominatorX).Abs();
        var y = u1 * denominatorY;
        var t = x * y;
        if (wasSquare == 0 || t.NegativeMask() != 0 || y.ZeroMask() != 0)
        {
            return false;
        }

        point = new(x, y, FieldElement.One, t);
        return true;
    }

    /// <summary>Encodes an element (RFC 9496 section 4.3.2), in constant time.</summary>
    internal static void Encode(in EdwardsPoint point, Span<byte> destination)
    {
        var u1 = (point.Z + point.Y) * (point.Z - point.Y);
        var u2 = point.X * point.Y;
        _ = FieldElement.SqrtRatio(FieldElement.One, u1 * u2.Square(), out var inverse);
        var denominator1 = inverse * u1;
        var denominator2 = inverse * u2;
        var inverseOfZ = denominator1 * denominator2 * point.T;
        var i = FieldElement.SqrtMinusOne;

        var rotate = (point.T * inverseOfZ).NegativeMask();
        var x = FieldElement.Select(rotate, point.Y * i, point.X);
        var y = FieldElement.Select(rotate, point.X * i, point.Y);
        var denominator = FieldElement.Select(rotate, denominator1 * InverseSqrtAMinusD, denominator2);
        y = FieldElement.Select((x * inverseOfZ).NegativeMask(), -y, y);
        (denominator * (point.Z - y)).Abs().CopyTo(destination);
    }

    /// <summary>Whether the point is one of the four that represent the identity (RFC 9496 section 4.3.3, compared with (0, 1)).</summary>
    internal static bool IsIdentity(in EdwardsPoint point) => (point.X.ZeroMask() | point.Y.ZeroMask()) != 0;
}
