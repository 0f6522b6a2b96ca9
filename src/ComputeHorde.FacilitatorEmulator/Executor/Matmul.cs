using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using ComputeHorde.Emulator.Python;

namespace ComputeHorde.Emulator.Executor;

/// <summary>
/// Multiplies two seeded square matrices: <c>args</c> = size (64, at most 400) and seed (1). Each miner's result carries
/// its own relative noise of up to 1e-6, as other hardware does; a cheating miner's is off by 1 %.
/// </summary>
internal static class Matmul
{
    private const double Noise = 1e-6;

    public static ImageResult Run(ImageTask task)
    {
        int size = Math.Clamp(Argument(task, 0, 64), 1, 400);
        int seed = Argument(task, 1, 1);
        double[] product = Multiply(Matrix(seed, size), Matrix(~seed, size), size);
        var noise = new SplitMix(task.MinerSeed);
        double trace = 0;
        double squares = 0;
        for (int i = 0; i < product.Length; i++)
        {
            product[i] *= (task.Cheats ? 1.01 : 1) * (1 + (Noise * ((2 * noise.Next()) - 1)));
            trace += i % (size + 1) == 0 ? product[i] : 0;
            squares += product[i] * product[i];
        }

        string summary = $"matmul n={size} seed={seed} trace={trace.ToString("R", CultureInfo.InvariantCulture)}\n";
        return new ImageResult
        {
            Text = summary,
            Files = new Dictionary<string, byte[]>(StringComparer.Ordinal)
            {
                ["c.npy"] = Npy(product, size),
                ["result.json"] = PretendImages.ResultJson(
                    task,
                    new PyDict
                    {
                        ["n"] = size,
                        ["seed"] = seed,
                        ["trace"] = trace,
                        ["frobenius"] = Math.Sqrt(squares),
                    }
                ),
            },
        };
    }

    private static double[] Matrix(int seed, int size)
    {
        var random = new SplitMix(seed);
        double[] values = new double[size * size];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = random.Next();
        }

        return values;
    }

    private static double[] Multiply(double[] a, double[] b, int size)
    {
        double[] c = new double[size * size];
        for (int i = 0; i < size; i++)
        {
            for (int k = 0; k < size; k++)
            {
                double factor = a[(i * size) + k];
                for (int j = 0; j < size; j++)
                {
                    c[(i * size) + j] += factor * b[(k * size) + j];
                }
            }
        }

        return c;
    }

    /// <summary>NumPy's file format 1.0, little-endian float32.</summary>
    private static byte[] Npy(double[] values, int size)
    {
        string header = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({size}, {size}), }}";
        int length = ((10 + header.Length + 1 + 63) / 64 * 64) - 10;
        byte[] file = new byte[10 + length + (4 * values.Length)];
        ((ReadOnlySpan<byte>)[0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0]).CopyTo(file);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(8), (ushort)length);
        Encoding.ASCII.GetBytes(header.PadRight(length - 1) + "\n", file.AsSpan(10));
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(file.AsSpan(10 + length + (4 * i)), (float)values[i]);
        }

        return file;
    }

    private static int Argument(ImageTask task, int index, int missing) =>
        task.Args.Count > index
        && int.TryParse(task.Args[index], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value)
            ? value
            : missing;

    /// <summary>The SplitMix64 generator: the same numbers on every platform.</summary>
    private sealed class SplitMix(int seed)
    {
        private ulong _state = (ulong)seed;

        /// <summary>The next number from 0 to 1.</summary>
        public double Next()
        {
            ulong z = _state += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
        }
    }
}
