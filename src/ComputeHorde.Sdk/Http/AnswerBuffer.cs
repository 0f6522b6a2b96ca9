using System.Buffers;

namespace ComputeHorde.Sdk;

/// <summary>
/// The bytes of an answer in one piece. Of a pool of its own: the shared one keeps an array for every thread and each size, which with
/// results of megabytes is hundreds of megabytes that nobody uses. Few large answers are read at once; the others wait, within the time
/// limit of their request.
/// </summary>
internal sealed class AnswerBuffer : IDisposable
{
    private const int Smallest = 16 * 1024,
        Large = 1024 * 1024,
        LargeAtOnce = 2;

    private static readonly ArrayPool<byte> Pool = ArrayPool<byte>.Create(
        maxArrayLength: 64 * 1024 * 1024,
        maxArraysPerBucket: LargeAtOnce
    );
    private static readonly SemaphoreSlim LargeOnes = new(LargeAtOnce);

    private byte[] _bytes = Pool.Rent(Smallest);
    private bool _isLarge;

    /// <summary>How many bytes there are.</summary>
    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, Length);

    /// <summary>Reads a whole answer.</summary>
    public static async Task<AnswerBuffer> ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        var buffer = new AnswerBuffer();
        try
        {
            while (await buffer.FillAsync(body, cancellationToken))
            {
                // Each time it is full it becomes larger.
            }

            return buffer;
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }

    /// <summary>Reads until the buffer is full, having made it larger if it was.</summary>
    /// <returns>Whether there may be more.</returns>
    public async Task<bool> FillAsync(Stream body, CancellationToken cancellationToken)
    {
        if (Length == _bytes.Length)
        {
            if (!_isLarge && Length >= Large)
            {
                await LargeOnes.WaitAsync(cancellationToken);
                _isLarge = true;
            }

            var larger = Pool.Rent(_bytes.Length * 2);
            _bytes.CopyTo(larger, 0);
            Pool.Return(_bytes);
            _bytes = larger;
        }

        var room = _bytes.Length - Length;
        var read = await body.ReadAtLeastAsync(_bytes.AsMemory(Length), room, throwOnEndOfStream: false, cancellationToken);
        Length += read;
        return read == room;
    }

    /// <summary>Forgets the first bytes.</summary>
    public void RemoveFirst(int count)
    {
        Memory[count..].CopyTo(_bytes);
        Length -= count;
    }

    public void Dispose()
    {
        if (_bytes.Length > 0)
        {
            Pool.Return(_bytes);
            (_bytes, Length) = ([], 0);
        }

        if (_isLarge)
        {
            _isLarge = false;
            LargeOnes.Release();
        }
    }
}
