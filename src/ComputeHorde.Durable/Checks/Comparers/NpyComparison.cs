namespace ComputeHorde.Durable.Checks.Comparers;

/// <summary>
/// Compares two arrays in .npy format, element by element in the order of their indices, whatever the order of their bytes.
/// </summary>
internal sealed class NpyComparison(ContentHandle untrusted, ContentHandle trusted, ComparisonSettings settings)
{
    private const int ChunkBytes = 64 << 10;
    private const long LargeBytes = 4 << 20;

    // A miner chooses the order of its bytes, and with it whether the trusted array has to be in memory: one at a time in a process.
    private static readonly SemaphoreSlim OneLarge = new(1);

    /// <returns>The first difference; null when the arrays agree.</returns>
    /// <exception cref="UnreadableContentException">One of them cannot be read.</exception>
    public async Task<string?> FindDifferenceAsync(Stream theirs, Stream ours, CancellationToken cancellationToken)
    {
        var expected = await NpyHeader.ReadAsync(trusted, ours, cancellationToken);
        var actual = await NpyHeader.ReadAsync(untrusted, theirs, cancellationToken);
        if (!actual.Shape.SequenceEqual(expected.Shape))
        {
            return $"it has shape ({string.Join(", ", actual.Shape)}) instead of ({string.Join(", ", expected.Shape)})";
        }

        if (!actual.Element.IsComparableTo(expected.Element))
        {
            throw untrusted.Unreadable(
                $"has elements of another type ({actual.Element.Kind}) than the trusted one ({expected.Element.Kind})"
            );
        }

        var isSameOrder = actual.IsFortran == expected.IsFortran || expected.Shape.Count(static length => length > 1) <= 1;
        var difference = isSameOrder
            ? await FindInSameOrderAsync(actual, theirs, expected, ours, cancellationToken)
            : await FindInOtherOrderInTurnAsync(actual, theirs, expected, cancellationToken);
        return difference < 0 ? null : $"element {difference} of its file is out of tolerance";
    }

    private async Task<long> FindInSameOrderAsync(
        NpyHeader actual,
        Stream theirs,
        NpyHeader expected,
        Stream ours,
        CancellationToken cancellationToken
    )
    {
        var (size, trustedSize) = (actual.Element.Size, expected.Element.Size);
        var most = Math.Max(1, ChunkBytes / Math.Max(size, trustedSize));
        var (chunk, trustedChunk) = (new byte[most * size], new byte[most * trustedSize]);
        for (long done = 0; done < expected.Count; done += most)
        {
            var count = (int)Math.Min(most, expected.Count - done);
            await theirs.ReadExactlyAsync(chunk.AsMemory(0, count * size), cancellationToken);
            await ours.ReadExactlyAsync(trustedChunk.AsMemory(0, count * trustedSize), cancellationToken);
            for (var index = 0; index < count; index++)
            {
                if (!AreClose(actual, chunk.AsSpan(index * size, size), expected, trustedChunk.AsSpan(index * trustedSize, trustedSize)))
                {
                    return done + index;
                }
            }
        }

        return -1;
    }

    private async Task<long> FindInOtherOrderInTurnAsync(
        NpyHeader actual,
        Stream theirs,
        NpyHeader expected,
        CancellationToken cancellationToken
    )
    {
        if (trusted.Size <= LargeBytes)
        {
            return await FindInOtherOrderAsync(actual, theirs, expected, cancellationToken);
        }

        await OneLarge.WaitAsync(cancellationToken);
        try
        {
            return await FindInOtherOrderAsync(actual, theirs, expected, cancellationToken);
        }
        finally
        {
            OneLarge.Release();
        }
    }

    /// <summary>
    /// One is written row by row and the other column by column: the trusted one is held in memory and walked through in the miner's order.
    /// </summary>
    private async Task<long> FindInOtherOrderAsync(NpyHeader actual, Stream theirs, NpyHeader expected, CancellationToken cancellationToken)
    {
        var whole = await trusted.ReadAsync(cancellationToken);
        var (size, trustedSize) = (actual.Element.Size, expected.Element.Size);
        var elements = whole[(whole.Length - (int)(expected.Count * trustedSize))..];
        var walk = new TransposedWalk(expected.Shape, actual.IsFortran);
        var most = Math.Max(1, ChunkBytes / size);
        var chunk = new byte[most * size];
        for (long done = 0; done < expected.Count; done += most)
        {
            var count = (int)Math.Min(most, expected.Count - done);
            await theirs.ReadExactlyAsync(chunk.AsMemory(0, count * size), cancellationToken);
            for (var index = 0; index < count; index++)
            {
                if (
                    !AreClose(
                        actual,
                        chunk.AsSpan(index * size, size),
                        expected,
                        elements.Span.Slice((int)walk.Next() * trustedSize, trustedSize)
                    )
                )
                {
                    return done + index;
                }
            }
        }

        return -1;
    }

    private bool AreClose(NpyHeader actual, ReadOnlySpan<byte> theirs, NpyHeader expected, ReadOnlySpan<byte> ours) =>
        NpyElement.AreClose(actual.Element, theirs, expected.Element, ours, settings);
}
