using System.Buffers.Binary;
using System.Numerics;

namespace ComputeHorde.Cryptography;

/// <summary>The permutation Keccak-f[1600] (FIPS 202 section 3.3 with 24 rounds) on a state of 200 bytes.</summary>
internal static class KeccakF1600
{
    /// <summary>Size of the state, in bytes.</summary>
    internal const int StateSize = 200;

    private static readonly ulong[] s_roundConstants =
    [
        0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
        0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
        0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
        0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
        0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
        0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
    ];

    /// <summary>Applies the permutation in place; lanes are little-endian.</summary>
    internal static void Permute(Span<byte> state)
    {
        Span<ulong> a = stackalloc ulong[25];
        for (var i = 0; i < a.Length; i++)
        {
            a[i] = BinaryPrimitives.ReadUInt64LittleEndian(state[(8 * i)..]);
        }

        Permute(a);
        for (var i = 0; i < a.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(state[(8 * i)..], a[i]);
        }
    }

    // Lanes are named after their row y (b, g, k, m, s) and column x (a, e, i, o, u), as in the specification's optimised form.
    private static void Permute(Span<ulong> lanes)
    {
        ulong ba = lanes[0], be = lanes[1], bi = lanes[2], bo = lanes[3], bu = lanes[4];
        ulong ga = lanes[5], ge = lanes[6], gi = lanes[7], go = lanes[8], gu = lanes[9];
        ulong ka = lanes[10], ke = lanes[11], ki = lanes[12], ko = lanes[13], ku = lanes[14];
        ulong ma = lanes[15], me = lanes[16], mi = lanes[17], mo = lanes[18], mu = lanes[19];
        ulong sa = lanes[20], se = lanes[21], si = lanes[22], so = lanes[23], su = lanes[24];

        foreach (var constant in s_roundConstants)
        {
            // theta
            var ca = ba ^ ga ^ ka ^ ma ^ sa;
            var ce = be ^ ge ^ ke ^ me ^ se;
            var ci = bi ^ gi ^ ki ^ mi ^ si;
            var co = bo ^ go ^ ko ^ mo ^ so;
            var cu = bu ^ gu ^ ku ^ mu ^ su;
            var da = cu ^ BitOperations.RotateLeft(ce, 1);
            var de = ca ^ BitOperations.RotateLeft(ci, 1);
            var di = ce ^ BitOperations.RotateLeft(co, 1);
            var d0 = ci ^ BitOperations.RotateLeft(cu, 1);
            var du = co ^ BitOperations.RotateLeft(ca, 1);

            // rho and pi, then chi and iota, one row of the result at a time
            var r0 = ba ^ da;
            var r1 = BitOperations.RotateLeft(ge ^ de, 44);
            var r2 = BitOperations.RotateLeft(ki ^ di, 43);
            var r3 = BitOperations.RotateLeft(mo ^ d0, 21);
            var r4 = BitOperations.RotateLeft(su ^ du, 14);
            var nba = r0 ^ (~r1 & r2) ^ constant;
            var nbe = r1 ^ (~r2 & r3);
            var nbi = r2 ^ (~r3 & r4);
            var nbo = r3 ^ (~r4 & r0);
            var nbu = r4 ^ (~r0 & r1);

            r0 = BitOperations.RotateLeft(bo ^ d0, 28);
            r1 = BitOperations.RotateLeft(gu ^ du, 20);
            r2 = BitOperations.RotateLeft(ka ^ da, 3);
            r3 = BitOperations.RotateLeft(me ^ de, 45);
            r4 = BitOperations.RotateLeft(si ^ di, 61);
            var nga = r0 ^ (~r1 & r2);
            var nge = r1 ^ (~r2 & r3);
            var ngi = r2 ^ (~r3 & r4);
            var ngo = r3 ^ (~r4 & r0);
            var ngu = r4 ^ (~r0 & r1);

            r0 = BitOperations.RotateLeft(be ^ de, 1);
            r1 = BitOperations.RotateLeft(gi ^ di, 6);
            r2 = BitOperations.RotateLeft(ko ^ d0, 25);
            r3 = BitOperations.RotateLeft(mu ^ du, 8);
            r4 = BitOperations.RotateLeft(sa ^ da, 18);
            var nka = r0 ^ (~r1 & r2);
            var nke = r1 ^ (~r2 & r3);
            var nki = r2 ^ (~r3 & r4);
            var nko = r3 ^ (~r4 & r0);
            var nku = r4 ^ (~r0 & r1);

            r0 = BitOperations.RotateLeft(bu ^ du, 27);
            r1 = BitOperations.RotateLeft(ga ^ da, 36);
            r2 = BitOperations.RotateLeft(ke ^ de, 10);
            r3 = BitOperations.RotateLeft(mi ^ di, 15);
            r4 = BitOperations.RotateLeft(so ^ d0, 56);
            var nma = r0 ^ (~r1 & r2);
            var nme = r1 ^ (~r2 & r3);
            var nmi = r2 ^ (~r3 & r4);
            var nmo = r3 ^ (~r4 & r0);
            var nmu = r4 ^ (~r0 & r1);

            r0 = BitOperations.RotateLeft(bi ^ di, 62);
            r1 = BitOperations.RotateLeft(go ^ d0, 55);
            r2 = BitOperations.RotateLeft(ku ^ du, 39);
            r3 = BitOperations.RotateLeft(ma ^ da, 41);
            r4 = BitOperations.RotateLeft(se ^ de, 2);
            sa = r0 ^ (~r1 & r2);
            se = r1 ^ (~r2 & r3);
            si = r2 ^ (~r3 & r4);
            so = r3 ^ (~r4 & r0);
            su = r4 ^ (~r0 & r1);

            (ba, be, bi, bo, bu) = (nba, nbe, nbi, nbo, nbu);
            (ga, ge, gi, go, gu) = (nga, nge, ngi, ngo, ngu);
            (ka, ke, ki, ko, ku) = (nka, nke, nki, nko, nku);
            (ma, me, mi, mo, mu) = (nma, nme, nmi, nmo, nmu);
        }

        (lanes[0], lanes[1], lanes[2], lanes[3], lanes[4]) = (ba, be, bi, bo, bu);
        (lanes[5], lanes[6], lanes[7], lanes[8], lanes[9]) = (ga, ge, gi, go, gu);
        (lanes[10], lanes[11], lanes[12], lanes[13], lanes[14]) = (ka, ke, ki, ko, ku);
        (lanes[15], lanes[16], lanes[17], lanes[18], lanes[19]) = (ma, me, mi, mo, mu);
        (lanes[20], lanes[21], lanes[22], lanes[23], lanes[24]) = (sa, se, si, so, su);
    }
}
