using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Sdk;

/// <summary>
/// Reads a job list as it arrives, one job after another: a page carries every result twice (protocol 2.3), so that the whole of it can be hundreds of
/// megabytes. Never more than the largest job is held as JSON. An entry that cannot be read spoils only itself.
/// </summary>
internal sealed class JobListReader(bool includeResults, ILogger logger)
{
    private const int SmallestBuffer = 16 * 1024;

    private readonly List<ComputeHordeJob> _jobs = [];
    private int _unreadable;
    private int? _count;
    private bool _hasNext;
    private Place _place = Place.Start;

    private enum Place
    {
        Start,
        InList,
        InResults,
        AfterResults,
        End,
    }

    /// <exception cref="JsonException">Not JSON, or not an object with an array of results.</exception>
    public async Task<JobList> ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        var state = new JsonReaderState(new JsonReaderOptions { MaxDepth = 128 });
        var buffer = ArrayPool<byte>.Shared.Rent(SmallestBuffer);
        var (filled, total) = (0, 0L);
        try
        {
            for (var isFirst = true; ; isFirst = false)
            {
                if (filled == buffer.Length)
                {
                    buffer = Larger(buffer);
                }

                // Filled up before it is looked at, so that a large job is not begun again at each packet.
                var read = await body.ReadAtLeastAsync(buffer.AsMemory(filled), buffer.Length - filled, throwOnEndOfStream: false, cancellationToken);
                var isFinal = read < buffer.Length - filled;
                (filled, total) = (filled + read, total + read);
                var skipped = isFirst && buffer.AsSpan(0, filled).StartsWith("\uFEFF"u8) ? 3 : 0;
                var consumed = skipped + Advance(buffer.AsSpan(skipped, filled - skipped), isFinal, ref state);
                buffer.AsSpan(consumed, filled - consumed).CopyTo(buffer);
                filled -= consumed;
                if (isFinal)
                {
                    break;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return _place == Place.End
            ? new JobList(_jobs, _unreadable, _count ?? (_jobs.Count + _unreadable), _hasNext, total)
            : throw new JsonException("The list ends early.");
    }

    /// <summary>Takes whole tokens and whole jobs from the buffer; returns how many bytes they were.</summary>
    private int Advance(ReadOnlySpan<byte> bytes, bool isFinal, ref JsonReaderState state)
    {
        var reader = new Utf8JsonReader(bytes, isFinal, state);
        while (true)
        {
            var before = reader;
            if (!reader.Read() || !Take(ref reader))
            {
                state = before.CurrentState;
                return (int)before.BytesConsumed;
            }
        }
    }

    /// <summary>Takes the token that the reader stands on, with its value; false when that has not arrived.</summary>
    private bool Take(ref Utf8JsonReader reader)
    {
        switch (_place)
        {
            case Place.Start:
                _place = reader.TokenType == JsonTokenType.StartObject ? Place.InList : throw NotAList();
                return true;
            case Place.InResults when reader.TokenType == JsonTokenType.EndArray:
                _place = Place.AfterResults;
                return true;
            case Place.InResults:
                return TakeJob(ref reader);
            case Place.InList or Place.AfterResults when reader.TokenType == JsonTokenType.EndObject:
                _place = _place == Place.AfterResults ? Place.End : throw NotAList();
                return true;
            default:
                return TakeMember(ref reader);
        }
    }

    private bool TakeMember(ref Utf8JsonReader reader)
    {
        var isResults = reader.ValueTextEquals("results"u8);
        var (isCount, isNext) = (reader.ValueTextEquals("count"u8), reader.ValueTextEquals("next"u8));
        if (!reader.Read())
        {
            return false;
        }

        if (isResults)
        {
            _place = reader.TokenType == JsonTokenType.StartArray && _place == Place.InList ? Place.InResults : throw NotAList();
            return true;
        }

        if (isCount && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var count))
        {
            _count = count;
        }

        _hasNext = isNext ? reader.TokenType == JsonTokenType.String && !reader.ValueTextEquals(""u8) : _hasNext;
        return reader.TrySkip();
    }

    private bool TakeJob(ref Utf8JsonReader reader)
    {
        if (!JsonDocument.TryParseValue(ref reader, out var document))
        {
            return false;
        }

        using (document)
        {
            try
            {
                _jobs.Add(JobReader.Read(document.RootElement, includeResults));
            }
            catch (ComputeHordeProtocolException error)
            {
                _unreadable++;
                Logs.JobUnreadable(logger, error.Message);
            }
        }

        return true;
    }

    private static byte[] Larger(byte[] buffer)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    private static JsonException NotAList() => new("A job list must be an object with an array of results.");
}
