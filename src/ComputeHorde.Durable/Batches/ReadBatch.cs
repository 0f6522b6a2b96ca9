using Azure;
using ComputeHorde.Durable.Checks.Comparers;
using ComputeHorde.Durable.Intake;
using ComputeHorde.Durable.Limits;
using ComputeHorde.Durable.Notices;
using ComputeHorde.Durable.Outputs;
using ComputeHorde.Durable.Runs;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;
using Microsoft.Azure.Functions.Worker;

namespace ComputeHorde.Durable.Batches;

/// <summary>
/// Reads a slice of a batch's source, line by line: stores the request of each valid line as the claim check of its run, the valid lines in
/// chunks and the others with what is wrong with them. Reading the same slice again stores the same.
/// </summary>
internal sealed class ReadBatch(
    BatchStore batches,
    RequestStore requests,
    OutputUrls outputs,
    ComparerRegistry comparers,
    Webhooks webhooks,
    RejectionStore rejections,
    LimitBook limits
)
{
    private const int LinesPerSlice = 500,
        LinesPerChunk = 20,
        WritesAtOnce = 16;

    /// <summary>About how many are written beside a specification; the results of the batch hold all.</summary>
    private const int MostProblems = 500;
    private const long BytesPerSlice = 16 << 20;

    /// <summary>A chunk goes through a history, which takes nothing that is over 16 KiB.</summary>
    private const int BytesPerChunk = 12 << 10;

    /// <summary>Reads the next slice.</summary>
    /// <returns>What was read so far; null when the storage is away.</returns>
    [Function(nameof(ReadBatch))]
    public Task<BatchContents?> RunAsync([ActivityTrigger] ReadBatchInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        return BatchActivities.OrNotNowAsync(() => ReadAsync(input, cancellationToken), cancellationToken);
    }

    private async Task<BatchContents> ReadAsync(ReadBatchInput input, CancellationToken cancellationToken)
    {
        var slice = new List<RawLine>();
        var isComplete = true;
        try
        {
            await using var stream = await batches.OpenAsync(input.Source, input.From.Offset, cancellationToken);
            await foreach (var line in BatchLines.ReadAsync(input.Source, stream, input.From, requests, cancellationToken))
            {
                slice.Add(line);
                if (slice.Count == LinesPerSlice || line.EndsAt - input.From.Offset >= BytesPerSlice)
                {
                    isComplete = false;
                    break;
                }
            }
        }
        catch (RequestFailedException exception) when (exception.Status is 404 or 412 or 416)
        {
            return exception.Status == 416 && input.From.Offset > 0
                ? input.From with
                {
                    IsComplete = true,
                }
                : input.From with
                {
                    Problem =
                        $"Blob '{input.Source.Blob}' of container '{input.Source.Container}' is empty, or was changed or deleted after the batch had been accepted.",
                };
        }

        var contents = await StoreAsync(input, slice, cancellationToken);
        if (isComplete && contents.Invalid > 0 && input.Specification is { } specification)
        {
            await rejections.SaveAsync(
                specification,
                $"{contents.Invalid} lines of the batch are not valid",
                await ProblemsAsync(input.BatchId, cancellationToken),
                input.BatchId,
                cancellationToken
            );
        }

        return contents.Valid + contents.Invalid > BatchRequest.MaxJobs
            ? contents with
            {
                Problem = $"The batch has more than {BatchRequest.MaxJobs} lines.",
            }
            : contents with
            {
                IsComplete = isComplete,
            };
    }

    private async Task<BatchContents> StoreAsync(ReadBatchInput input, List<RawLine> slice, CancellationToken cancellationToken)
    {
        if (slice.Count == 0)
        {
            return input.From;
        }

        var read = new (BatchLine? Valid, BatchResult? Invalid)[slice.Count];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, slice.Count),
            new ParallelOptions { MaxDegreeOfParallelism = WritesAtOnce, CancellationToken = cancellationToken },
            async (index, cancellation) => read[index] = await AcceptAsync(input, slice[index], cancellation)
        );

        var chunk = input.From.Chunks;
        foreach (var lines in InChunks(read.Where(static line => line.Valid is not null).Select(static line => line.Valid!)))
        {
            await batches.SaveChunkAsync(input.BatchId, chunk++, lines, cancellationToken);
        }

        BatchResult[] invalid = [.. read.Where(static line => line.Invalid is not null).Select(static line => line.Invalid!)];
        if (invalid.Length > 0)
        {
            await batches.SaveInvalidAsync(input.BatchId, slice[0].Line, invalid, cancellationToken);
        }

        return input.From with
        {
            Offset = slice[^1].EndsAt,
            Line = slice[^1].Line,
            Chunks = chunk,
            Valid = input.From.Valid + slice.Count - invalid.Length,
            Invalid = input.From.Invalid + invalid.Length,
        };
    }

    private async Task<(BatchLine? Valid, BatchResult? Invalid)> AcceptAsync(
        ReadBatchInput input,
        RawLine line,
        CancellationToken cancellationToken
    )
    {
        if (line.Request is not { } json)
        {
            return (null, Invalid(line, [line.Problem!]));
        }

        try
        {
            var id = $"{input.BatchId}{Names.Separator}{line.Line}";
            var request = JobRequest.Parse(json);
            outputs.RequireReachable(request.Outputs);
            comparers.RequireRegistered(request.CrossValidation);
            webhooks.RequireUsable(request.Webhook);
            if (await requests.SaveAsync(id, request.Json, cancellationToken) is not { } hash)
            {
                return (null, Invalid(line, [new ValidationProblem("id", $"another request is stored for run '{id}'.")]));
            }

            if (input.Specification is not null)
            {
                await PreparedRuns.PrepareAsync(outputs, id, request, cancellationToken);
            }

            return (
                new BatchLine(
                    line.Line,
                    RunInputs.Of(id, hash, request, limits, hasPreparedUrls: input.Specification is not null),
                    request.Spec.ExecutorClass
                ),
                null
            );
        }
        catch (ComputeHordeValidationException exception)
        {
            return (null, Invalid(line, exception.Problems));
        }
    }

    private async Task<List<ValidationProblem>> ProblemsAsync(string batch, CancellationToken cancellationToken)
    {
        var problems = new List<ValidationProblem>();
        await foreach (var line in batches.LoadInvalidAsync(batch, cancellationToken))
        {
            problems.AddRange(
                (line.Problems ?? []).Select(problem => new ValidationProblem($"line {line.Line}: {problem.Field}", problem.Message))
            );
            if (problems.Count >= MostProblems)
            {
                break;
            }
        }

        return problems;
    }

    private static BatchResult Invalid(RawLine line, IReadOnlyList<ValidationProblem> problems) =>
        new(line.Line, LineStatuses.Invalid)
        {
            Problems =
            [
                .. problems
                    .Take(20)
                    .Select(static problem => new ValidationProblem(
                        HistoryText.Truncate(problem.Field),
                        HistoryText.Truncate(problem.Message)
                    )),
            ],
        };

    private static IEnumerable<List<BatchLine>> InChunks(IEnumerable<BatchLine> lines)
    {
        var chunk = new List<BatchLine>();
        var bytes = 0;
        foreach (var line in lines)
        {
            var size = SnakeCaseJson.ToUtf8(line).Length;
            if (chunk.Count == LinesPerChunk || (chunk.Count > 0 && bytes + size > BytesPerChunk))
            {
                yield return chunk;
                chunk = [];
                bytes = 0;
            }

            chunk.Add(line);
            bytes += size;
        }

        if (chunk.Count > 0)
        {
            yield return chunk;
        }
    }
}
