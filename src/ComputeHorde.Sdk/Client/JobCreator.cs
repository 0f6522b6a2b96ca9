using ComputeHorde.Cryptography;
using ComputeHorde.Sdk.Signing;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Sdk;

/// <summary>
/// Creates jobs, each once: the facilitator has no idempotency key, so after every answer that leaves open whether the job was stored, its tag is
/// looked up before the request is repeated (protocol 14.6).
/// </summary>
internal sealed class JobCreator(
    FacilitatorApi api, JobQueries queries, ISigner signer, ComputeHordeOptions options, TimeProvider time, ILogger logger)
{
    /// <summary>HTTP 500 is permanent after one repeat: the validated body is refused for its signature or class (protocol 14.7).</summary>
    private const int MaxServerErrors = 2;

    public async Task<CreateJobResult> CreateAsync(ComputeHordeJobSpec spec, CreateJobOptions create, CancellationToken cancellationToken)
    {
        using var activity = ComputeHordeTelemetry.Source.StartActivity("computehorde.create_job");
        var validator = create.TargetValidatorHotkey ?? options.ValidatorHotkey;
        var tag = create.Tag ?? Guid.NewGuid().ToString("N");
        Check(spec, validator, tag);
        activity?.SetTag("computehorde.tag", tag);
        if (create.LookUpFirst && await FindAsync(tag, create.StreamingCertificate, cancellationToken) is { } early)
            return early;

        var certificate = spec.Streaming ? create.StreamingCertificate ?? StreamingCertificate.Create(time) : null;
        var body = JobRequest.Build(spec, validator!, tag, create.OnTrustedMiner, certificate?.CertificatePem);
        var request = new FacilitatorRequest("create", HttpMethod.Post, "api/v1/job-docker/")
        {
            Body = body.BodyBytes,
            Headers = await RequestSigner.SignAsync(signer, body.SignedText, RequestSigner.SignedFieldsScope, time.GetUtcNow(), cancellationToken),
        };
        var result = await SendAsync(request, tag, certificate, cancellationToken);
        activity?.SetTag("computehorde.job.uuid", result.Job.Uuid);
        return result;
    }

    private async Task<CreateJobResult> SendAsync(
        FacilitatorRequest request, string tag, StreamingCertificate? certificate, CancellationToken cancellationToken)
    {
        var everUncertain = false;
        var serverErrors = 0;
        for (var attempt = 1; ; attempt++)
        {
            ComputeHordeException failure;
            try
            {
                ComputeHordeJob job;
                using (var answer = await api.OnceAsync(request, cancellationToken))
                    job = JobReader.Read(answer.RootElement);
                ComputeHordeTelemetry.JobsCreated.Add(1);
                Logs.JobCreated(logger, job.Uuid, tag);
                var duplicates = everUncertain ? await DuplicatesAsync(job, tag, cancellationToken) : [];
                return new CreateJobResult(job, tag, Created: true) { Duplicates = duplicates, StreamingCertificate = certificate };
            }
            catch (ComputeHordeException error) when (error.IsTransient || IsUncertain(error))
            {
                failure = error;
            }

            var delay = RetryPipeline.RetryAfter(failure, options) ?? Backoff(attempt);
            if (IsUncertain(failure))
            {
                everUncertain = true;
                Logs.CreateUncertain(logger, tag, delay, failure.Message);
                // The wait comes first: a request whose connection broke may still be on its way into the database.
                await Task.Delay(delay, time, cancellationToken);
                if (await LookUpAsync(tag, failure, certificate, cancellationToken) is { } found)
                    return found;
                if (failure.StatusCode == 500 && ++serverErrors == MaxServerErrors)
                    throw Permanent(failure);
                if (attempt > options.MaxRetries)
                    throw failure;
            }
            else
            {
                if (attempt > options.MaxRetries)
                    throw failure;
                Logs.Retrying(logger, request.Name, attempt, delay, failure.Message);
                await Task.Delay(delay, time, cancellationToken);
            }

            ComputeHordeTelemetry.Retries.Add(1, new KeyValuePair<string, object?>("call", request.Name));
        }
    }

    /// <summary>True when the job may have been stored although no good answer came.</summary>
    private static bool IsUncertain(ComputeHordeException error) => error switch
    {
        ConnectionFailedException connection => connection.RequestMayHaveArrived,
        ResponseTooLargeException => true,
        ComputeHordeProtocolException { StatusCode: null or >= 200 and < 300 } => true,
        _ => error.StatusCode is 408 or >= 500,
    };

    private async Task<CreateJobResult?> LookUpAsync(
        string tag, ComputeHordeException failure, StreamingCertificate? certificate, CancellationToken cancellationToken)
    {
        try
        {
            return await FindAsync(tag, certificate, cancellationToken);
        }
        catch (ComputeHordeException error)
        {
            throw new ComputeHordeException(
                $"Whether the job was created is not known ({failure.Message}), and the look-up of its tag failed ({error.Message}). " +
                $"Create it again with the tag '{tag}' and {nameof(CreateJobOptions.LookUpFirst)}.",
                isTransient: true,
                error);
        }
    }

    private async Task<CreateJobResult?> FindAsync(string tag, StreamingCertificate? certificate, CancellationToken cancellationToken)
    {
        var jobs = await queries.ByTagAsync(tag, cancellationToken);
        if (jobs.Count == 0)
            return null;
        ComputeHordeTelemetry.JobsFound.Add(1);
        Logs.JobFound(logger, jobs[0].Uuid, tag);
        if (jobs.Count > 1)
            Logs.Duplicates(logger, jobs.Count, tag, jobs[0].Uuid);
        var owned = jobs[0].Streaming?.ClientCertificate.Trim() == certificate?.CertificatePem.Trim() ? certificate : null;
        return new CreateJobResult(jobs[0], tag, Created: false) { Duplicates = [.. jobs.Skip(1)], StreamingCertificate = owned };
    }

    /// <summary>After a repeat, tells whether the earlier request came through as well. The caller's job is safe, so a failure here only goes to the log.</summary>
    private async Task<IReadOnlyList<ComputeHordeJob>> DuplicatesAsync(ComputeHordeJob job, string tag, CancellationToken cancellationToken)
    {
        try
        {
            var jobs = await queries.ByTagAsync(tag, cancellationToken);
            if (jobs.Count > 1)
                Logs.Duplicates(logger, jobs.Count, tag, job.Uuid);
            return [.. jobs.Where(other => other.Uuid != job.Uuid)];
        }
        catch (ComputeHordeException error)
        {
            Logs.DuplicateCheckFailed(logger, tag, error.Message);
            return [];
        }
    }

    private static ComputeHordeProtocolException Permanent(ComputeHordeException failure) => new(
        "The facilitator answers this create with HTTP 500 again and again and stores nothing. The usual causes are an executor class or a signature that " +
        $"it does not accept. ({failure.Message})",
        isTransient: false,
        failure)
    {
        StatusCode = 500,
    };

    private void Check(ComputeHordeJobSpec spec, string? validator, string tag)
    {
        var problems = new ProblemList();
        problems.Add(JobSpecValidation.Validate(spec, options.ExtraExecutorClasses));
        problems.Add(JobSpecValidation.ValidateTag(tag));
        if (string.IsNullOrEmpty(validator))
            problems.Add("target_validator_hotkey", $"must be given, in the call or as {nameof(ComputeHordeOptions.ValidatorHotkey)}.");
        else if (!Ss58.IsValid(validator))
            problems.Add("target_validator_hotkey", "must be an SS58 address.");
        problems.ThrowIfAny();
    }

    private TimeSpan Backoff(int attempt)
    {
        var delay = Math.Min(options.RetryDelay.TotalSeconds * Math.Pow(2, attempt - 1), options.MaxRetryDelay.TotalSeconds);
        // Half fixed, half random, so that clients that failed together do not come back together.
        return TimeSpan.FromSeconds((delay / 2) + (delay / 2 * Random.Shared.NextDouble()));
    }
}
