using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Sdk;

/// <summary>
/// Reads a job list as it arrives, one job after another: a page carries every result twice (protocol 2.3), so that the whole of it can be
/// hundreds of megabytes. Never more than the largest job is held as JSON. An entry that cannot be read spoils only itself.
/// </summary>
internal sealed class JobListReader(bool includeResults, ILogger logger)
{
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
        // Where nobody wants them, results do not come as far as here.
        var slim = includeResults ? null : new SlimJsonStream(body);
        var state = new JsonReaderState(new JsonReaderOptions { MaxDepth = JsonAnswer.Options.MaxDepth });
        using var buffer = new AnswerBuffer();
        var total = 0L;
        for (bool isFirst = true, mayBeMore = true; mayBeMore; isFirst = false)
        {
            // Filled up before it is looked at, so that a large job is not begun again at each packet.
            var before = buffer.Length;
            mayBeMore = await buffer.FillAsync(slim ?? body, cancellationToken);
            total += buffer.Length - before;
            if (isFirst)
            {
                buffer.RemoveFirst(JsonAnswer.MarkLength(buffer.Memory.Span));
            }

            buffer.RemoveFirst(Advance(buffer.Memory, !mayBeMore, ref state));
        }

        return _place == Place.End
            ? new JobList(_jobs, _unreadable, _count ?? (_jobs.Count + _unreadable), _hasNext, slim?.BytesRead ?? total)
            : throw new JsonException("The list ends early.");
    }

    /// <summary>Takes whole tokens and whole jobs from the buffer; returns how many bytes they were.</summary>
    private int Advance(ReadOnlyMemory<byte> bytes, bool isFinal, ref JsonReaderState state)
    {
        var reader = new Utf8JsonReader(bytes.Span, isFinal, state);
        while (true)
        {
            var before = reader;
            if (!reader.Read() || !Take(bytes, ref reader))
            {
                state = before.CurrentState;
                return (int)before.BytesConsumed;
            }
        }
    }

    /// <summary>Takes the token that the reader stands on, with its value; false when that has not arrived.</summary>
    private bool Take(ReadOnlyMemory<byte> bytes, ref Utf8JsonReader reader)
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
                return TakeJob(bytes, ref reader);
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

        if (isCount && reader.TryGetWhole(out var count) && count is >= 0 and <= int.MaxValue)
        {
            _count = (int)count;
        }

        _hasNext = isNext ? reader.TokenType == JsonTokenType.String && !reader.ValueTextEquals(""u8) : _hasNext;
        return reader.TrySkip();
    }

    private bool TakeJob(ReadOnlyMemory<byte> bytes, ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        if (!reader.TrySkip())
        {
            return false;
        }

        // Parsed where it lies: a copy of a job with its result is megabytes.
        var document = JsonAnswer.Parse(bytes[start..(int)reader.BytesConsumed]);
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

    private static JsonException NotAList() => new("A job list must be an object with an array of results.");
}
