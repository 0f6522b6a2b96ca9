using Microsoft.Extensions.Logging;

namespace ComputeHorde.Sdk;

/// <summary>Asks for single jobs and single pages (protocol 2.2, 2.4).</summary>
internal sealed class JobPages(FacilitatorApi api, ComputeHordeOptions options, ILogger logger)
{
    public Task<ComputeHordeJob> GetAsync(string uuid, bool includeResults, bool repeats, CancellationToken cancellationToken)
    {
        var request = FacilitatorRequest.Get("get", $"api/v1/jobs/{Canonical(uuid)}/");
        return repeats ? api.RepeatableAsync(request, ReadAsync, cancellationToken) : api.OnceAsync(request, ReadAsync, cancellationToken);

        async Task<ComputeHordeJob> ReadAsync(Stream body, CancellationToken token)
        {
            if (!includeResults)
            {
                using var slim = await JsonAnswer.ReadAsync(new SlimJsonStream(body), token);
                return JobReader.Read(slim.RootElement, includeResults: false);
            }

            using var bytes = await AnswerBuffer.ReadAsync(body, token);
            using var document = JsonAnswer.Parse(bytes.Memory);
            return JobReader.Read(document.RootElement);
        }
    }

    public Task<JobOutput> GetOutputAsync(string uuid, CancellationToken cancellationToken) =>
        api.RepeatableAsync(
            FacilitatorRequest.Get("get output", $"api/v1/jobs/{Canonical(uuid)}/"),
            JobOutput.ReadAsync,
            cancellationToken
        );

    public Task<JobList> ListAsync(JobListQuery query, CancellationToken cancellationToken)
    {
        var request = FacilitatorRequest.Get(query.Name, $"api/v1/jobs/?page_size={query.PageSize}&page={query.Page}{query.Filter}") with
        {
            MaxAnswerBytes = query.IsOfOneJob || query.PageSize == 1 ? null : options.MaxPageBytes,
        };
        return query.Repeats
            ? api.RepeatableAsync(request, ReadAsync, cancellationToken)
            : api.OnceAsync(request, ReadAsync, cancellationToken);

        Task<JobList> ReadAsync(Stream body, CancellationToken token) =>
            new JobListReader(query.IncludeResults, logger).ReadAsync(body, token);
    }

    public static string Canonical(string uuid) =>
        Guid.TryParse(uuid, out var parsed) ? parsed.ToString("D") : throw new ComputeHordeValidationException("uuid", "must be a UUID.");
}
