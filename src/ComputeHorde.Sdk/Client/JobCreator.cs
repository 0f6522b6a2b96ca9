using ComputeHorde.Cryptography;
using ComputeHorde.Sdk.Signing;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Sdk;

/// <summary>
/// Creates jobs, each once: the facilitator has no idempotency key, so after every answer that leaves open whether the job was stored, its
/// tag is looked up until the request cannot be under way any more, and only then is it sent again (protocol 14.6).
/// </summary>
internal sealed class JobCreator(
    FacilitatorApi api,
    TagFinder finder,
    ISigner signer,
    ComputeHordeOptions options,
    TimeProvider time,
    ILogger logger
)
{
    public CreateDoubt NoDoubt() => new(time, options.CreateDoubt);

    /// <summary>Creates a job, or finds the one that is stored under its tag.</summary>
    /// <param name="spec">What to run.</param>
    /// <param name="create">How.</param>
    /// <param name="doubt">What earlier calls for the same tag have left open.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="ComputeHordeValidationException">Nothing is stored, and never will be.</exception>
    /// <exception cref="ComputeHordeException">Not now; all others are transient.</exception>
    public async Task<CreateJobResult> CreateAsync(
        ComputeHordeJobSpec spec,
        CreateJobOptions create,
        CreateDoubt doubt,
        CancellationToken cancellationToken
    )
    {
        using var activity = ComputeHordeTelemetry.Source.StartActivity("computehorde.create_job");
        var validator = create.TargetValidatorHotkey ?? options.ValidatorHotkey;
        var tag = create.Tag ?? Guid.NewGuid().ToString("N");
        Check(spec, validator, tag);
        activity?.SetTag("computehorde.tag", tag);
        if (create.LastRequest is { } last)
        {
            doubt.OpenEarlier(time.GetUtcNow() - last);
        }
        else if (create.LookUpFirst)
        {
            doubt.OpenUnseen();
        }

        var certificate = spec.Streaming ? create.StreamingCertificate ?? StreamingCertificate.Create(time) : null;
        var order = new Order(tag, certificate, create.BeforeRequest, doubt);
        var result = doubt.IsOpen ? await LookUpAsync(order, "an earlier request may have been stored", cancellationToken) : null;
        if (result is null)
        {
            var body = JobRequest.Build(spec, validator!, tag, create.OnTrustedMiner, certificate?.CertificatePem);
            var request = new FacilitatorRequest("create", HttpMethod.Post, "api/v1/job-docker/")
            {
                Body = body.BodyBytes,
                Headers = await RequestSigner.SignAsync(
                    signer,
                    body.SignedText,
                    RequestSigner.SignedFieldsScope,
                    time.GetUtcNow(),
                    cancellationToken
                ),
            };
            result = await SendAsync(request, order, cancellationToken);
        }

        activity?.SetTag("computehorde.job.uuid", result.Job.Uuid);
        return result;
    }

    /// <summary>The jobs that are stored under a tag beside the one that is used. Logged and counted; they run and cost as well.</summary>
    public async Task<IReadOnlyList<ComputeHordeJob>> DuplicatesAsync(string uuid, string tag, CancellationToken cancellationToken)
    {
        try
        {
            return Others(await finder.FindAsync(tag, cancellationToken), uuid, tag);
        }
        catch (ComputeHordeException error)
        {
            // The caller's job is safe; this was only to tell of others.
            Logs.DuplicateCheckFailed(logger, tag, error.Message);
            return [];
        }
    }

    private async Task<CreateJobResult> SendAsync(FacilitatorRequest request, Order order, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (order.Doubt.Unanswered >= options.MaxUncertainCreates)
            {
                throw new ComputeHordeUncertainCreateException(
                    order.Tag,
                    $"{order.Doubt.Unanswered} requests for tag '{order.Tag}' were sent without a readable answer, and none is found by its tag. "
                        + "No more are sent, because each may have been stored."
                );
            }

            var (result, failure) = await PostAsync(request, order, cancellationToken);
            if (result is not null)
            {
                return result;
            }

            var delay = RetryPipeline.RetryAfter(failure, options) ?? Backoff(attempt);
            if (order.Doubt.IsOpen)
            {
                Logs.CreateUncertain(logger, order.Tag, delay, failure!.Message);
                await Task.Delay(delay, time, cancellationToken);
                if (await LookUpAsync(order, failure.Message, cancellationToken) is { } found)
                {
                    return found;
                }
            }

            if (attempt > options.MaxRetries)
            {
                throw NotNow(failure!);
            }

            if (!IsUncertain(failure!))
            {
                Logs.Retrying(logger, request.Name, attempt, delay, failure!.Message);
                await Task.Delay(delay, time, cancellationToken);
            }

            ComputeHordeTelemetry.Retries.Add(1, new KeyValuePair<string, object?>("call", request.Name));
        }
    }

    /// <summary>Sends the request once: the created job, or a failure that is no refusal.</summary>
    private async Task<(CreateJobResult? Result, ComputeHordeException? Failure)> PostAsync(
        FacilitatorRequest request,
        Order order,
        CancellationToken cancellationToken
    )
    {
        var sent = 0L;
        ComputeHordeJob job;
        try
        {
            using var answer = await api.OnceAsync(request with { BeforeSend = BeforeSendAsync }, cancellationToken);
            job = JobReader.Read(answer.RootElement);
        }
        catch (ComputeHordeException error) when (error is not ComputeHordeValidationException)
        {
            if (IsUncertain(error))
            {
                order.Doubt.Open(sent, MayStillArrive(error), isAnswered: error.StatusCode == 500);
            }

            return (null, error);
        }

        ComputeHordeTelemetry.JobsCreated.Add(1);
        Logs.JobCreated(logger, job.Uuid, order.Tag);
        var duplicates = order.Doubt.WasOpen ? await DuplicatesAsync(job.Uuid, order.Tag, cancellationToken) : [];
        return (
            new CreateJobResult(job, order.Tag, Created: true) { Duplicates = duplicates, StreamingCertificate = order.Certificate },
            null
        );

        async ValueTask BeforeSendAsync(CancellationToken token)
        {
            if (order.BeforeRequest is { } before)
            {
                await before(token);
            }

            sent = time.GetTimestamp();
        }
    }

    /// <summary>
    /// Looks for the job until it is found or the doubt is over. Null means that nothing is stored; whatever else keeps from knowing it is
    /// an exception.
    /// </summary>
    private async Task<CreateJobResult?> LookUpAsync(Order order, string reason, CancellationToken cancellationToken)
    {
        for (var look = 1; ; look++)
        {
            var left = order.Doubt.Left;
            IReadOnlyList<ComputeHordeJob> jobs;
            try
            {
                jobs = await finder.FindAsync(order.Tag, cancellationToken);
            }
            catch (ComputeHordeException error)
            {
                throw new ComputeHordeUncertainCreateException(
                    order.Tag,
                    $"Whether the job was created is not known ({reason}), and the look-up of its tag failed ({error.Message}). "
                        + $"Create it again with the tag '{order.Tag}' and {nameof(CreateJobOptions.LookUpFirst)}.",
                    error
                );
            }

            if (jobs.Count > 0)
            {
                return Found(jobs, order);
            }

            if (left == TimeSpan.Zero)
            {
                order.Doubt.Close();
                return null;
            }

            var pause = Backoff(look + 2);
            await Task.Delay(pause < left ? pause : left, time, cancellationToken);
        }
    }

    private CreateJobResult Found(IReadOnlyList<ComputeHordeJob> jobs, Order order)
    {
        var job = jobs[0];
        ComputeHordeTelemetry.JobsFound.Add(1);
        Logs.JobFound(logger, job.Uuid, order.Tag);
        var owned = job.Streaming?.ClientCertificate.Trim() == order.Certificate?.CertificatePem.Trim() ? order.Certificate : null;
        return new CreateJobResult(job, order.Tag, Created: false)
        {
            Duplicates = Others(jobs, job.Uuid, order.Tag),
            StreamingCertificate = owned,
        };
    }

    private IReadOnlyList<ComputeHordeJob> Others(IReadOnlyList<ComputeHordeJob> jobs, string uuid, string tag)
    {
        IReadOnlyList<ComputeHordeJob> others = [.. jobs.Where(job => job.Uuid != uuid)];
        if (others.Count > 0)
        {
            ComputeHordeTelemetry.JobsDuplicated.Add(others.Count);
            Logs.Duplicates(logger, jobs.Count, tag, uuid);
        }

        return others;
    }

    /// <summary>True when the job may have been stored although no good answer came.</summary>
    private static bool IsUncertain(ComputeHordeException error) =>
        error switch
        {
            ConnectionFailedException connection => connection.RequestMayHaveArrived,
            ResponseTooLargeException => true,
            ComputeHordeProtocolException { StatusCode: null or >= 200 and < 300 } => true,
            _ => error.StatusCode is 408 or >= 500,
        };

    /// <summary>
    /// True when the request may be under way still. HTTP 500 and a success are the application's own answers, given when it is through
    /// with it.
    /// </summary>
    private static bool MayStillArrive(ComputeHordeException error) =>
        error is ConnectionFailedException || error.StatusCode is 408 or > 500;

    /// <summary>The same failure as one that says that the create may succeed later: only a refusal of the body is final.</summary>
    private static ComputeHordeException NotNow(ComputeHordeException failure) =>
        failure switch
        {
            { StatusCode: 500 } => new ComputeHordeProtocolException(
                "The facilitator answers this create with HTTP 500 again and again and stores nothing. When it does not pass, the usual causes are an executor class "
                    + $"or a signature that it does not accept. ({failure.Message})",
                isTransient: true,
                failure
            )
            {
                StatusCode = 500,
            },
            { IsTransient: false } => new ComputeHordeProtocolException(failure.Message, isTransient: true, failure)
            {
                StatusCode = failure.StatusCode,
            },
            _ => failure,
        };

    private void Check(ComputeHordeJobSpec spec, string? validator, string tag)
    {
        var problems = new ProblemList();
        problems.Add(JobSpecValidation.Validate(spec, options.ExtraExecutorClasses));
        problems.Add(JobSpecValidation.ValidateTag(tag));
        if (string.IsNullOrEmpty(validator))
        {
            problems.Add("target_validator_hotkey", $"must be given, in the call or as {nameof(ComputeHordeOptions.ValidatorHotkey)}.");
        }
        else if (!Ss58.IsValid(validator))
        {
            problems.Add("target_validator_hotkey", "must be an SS58 address.");
        }

        problems.ThrowIfAny();
    }

    private TimeSpan Backoff(int attempt)
    {
        var delay = Math.Min(options.RetryDelay.TotalSeconds * Math.Pow(2, attempt - 1), options.MaxRetryDelay.TotalSeconds);
        // Half fixed, half random, so that clients that failed together do not come back together.
        return TimeSpan.FromSeconds((delay / 2) + (delay / 2 * Random.Shared.NextDouble()));
    }

    /// <summary>One job that is to be created.</summary>
    private sealed record Order(
        string Tag,
        StreamingCertificate? Certificate,
        Func<CancellationToken, ValueTask>? BeforeRequest,
        CreateDoubt Doubt
    );
}
