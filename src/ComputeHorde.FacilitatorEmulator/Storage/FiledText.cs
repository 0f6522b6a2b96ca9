using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ComputeHorde.Emulator.Storage;

/// <summary>A text in a <see cref="TextFile"/>, as it stands between the quotes of compact JSON.</summary>
internal sealed record FiledText(SafeFileHandle File, long Begin, long Length)
{
    /// <summary>All of it.</summary>
    public string Read()
    {
        byte[] bytes = new byte[Length];
        for (int read = 0; read < bytes.Length;)
        {
            read += RandomAccess.Read(File, bytes.AsSpan(read), Begin + read);
        }

        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>Writes the first bytes of it.</summary>
    public async Task WriteToAsync(Stream output, long count, CancellationToken cancellation)
    {
        byte[] piece = new byte[64 * 1024];
        for (long at = 0; at < count;)
        {
            int read = await RandomAccess.ReadAsync(
                File,
                piece.AsMemory(0, (int)Math.Min(piece.Length, count - at)),
                Begin + at,
                cancellation
            );
            await output.WriteAsync(piece.AsMemory(0, read), cancellation);
            at += read;
        }
    }
}
