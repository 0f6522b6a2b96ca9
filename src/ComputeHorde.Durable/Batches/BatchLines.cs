using System.Runtime.CompilerServices;
using System.Text.Json;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.Batches;

/// <summary>The lines of a batch's source, whatever kind it is of. Blank lines have a number and are left out.</summary>
internal static class BatchLines
{
    public static IAsyncEnumerable<RawLine> ReadAsync(
        BatchSource source,
        Stream stream,
        BatchContents from,
        RequestStore requests,
        CancellationToken cancellationToken
    ) =>
        source.RerunOf is { } batch
            ? FailedLinesAsync(batch, stream, from, requests, cancellationToken)
            : JobsAsync(stream, from, cancellationToken);

    private static async IAsyncEnumerable<RawLine> JobsAsync(
        Stream stream,
        BatchContents from,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var reader = new LineReader(stream, from.Offset, JobSpecValidation.MaxRequestBytes);
        var number = from.Line;
        await foreach (var line in reader.ReadAsync(cancellationToken))
        {
            number++;
            if (line is null)
            {
                yield return new RawLine(
                    number,
                    null,
                    new ValidationProblem("body", $"must have at most {JobSpecValidation.MaxRequestBytes} bytes."),
                    reader.Offset
                );
            }
            else if (line.ToMemory().Span.ContainsAnyExcept(" \t"u8))
            {
                yield return new RawLine(number, line, null, reader.Offset);
            }
        }
    }

    /// <summary>The source is the result blob of an earlier batch: the requests of all lines that did not complete.</summary>
    private static async IAsyncEnumerable<RawLine> FailedLinesAsync(
        string batch,
        Stream stream,
        BatchContents from,
        RequestStore requests,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var reader = new LineReader(stream, from.Offset, JobSpecValidation.MaxRequestBytes);
        await foreach (var line in reader.ReadAsync(cancellationToken))
        {
            var result = JsonSerializer.Deserialize<BatchResult>(line!.ToMemory().Span, SnakeCaseJson.Options)!;
            if (result.Status == LineStatuses.Invalid)
            {
                yield return new RawLine(
                    result.Line,
                    null,
                    new ValidationProblem("body", $"was not valid in batch '{batch}'."),
                    reader.Offset
                );
            }
            else if (!result.IsCompleted)
            {
                yield return new RawLine(result.Line, await requests.ReadAsync(result.Run!, cancellationToken), null, reader.Offset);
            }
        }
    }
}
