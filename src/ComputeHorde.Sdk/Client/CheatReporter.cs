using System.Text;
using System.Text.Json.Nodes;
using ComputeHorde.Sdk.Signing;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Sdk;

/// <summary>What became of a cheat report.</summary>
public enum CheatReportOutcome
{
    /// <summary>The facilitator has recorded it. Whether the validator acts on it is never told (protocol 7.3).</summary>
    Recorded,

    /// <summary>The job was reported before; there is one report for a job, for ever.</summary>
    AlreadyReported,
}

/// <summary>Reports cheated jobs (protocol 2.5, 3.5).</summary>
internal sealed class CheatReporter(FacilitatorApi api, ISigner signer, TimeProvider time, ILogger logger)
{
    private const string AlreadyExists = "Cheat report already exists";

    public async Task<CheatReportOutcome> ReportAsync(
        string jobUuid,
        string trustedJobUuid,
        JsonObject details,
        CancellationToken cancellationToken
    )
    {
        var text = SignedText(jobUuid, trustedJobUuid, details);
        var request = new FacilitatorRequest("report cheat", HttpMethod.Post, "api/v1/cheated-job/")
        {
            // The signed text is itself the JSON of the body.
            Body = Encoding.ASCII.GetBytes(text),
            Headers = await RequestSigner.SignAsync(signer, text, RequestSigner.FullRequestScope, time.GetUtcNow(), cancellationToken),
        };
        var outcome = await SendAsync(request, cancellationToken);
        Logs.CheatReported(logger, jobUuid, trustedJobUuid, outcome);
        return outcome;
    }

    /// <summary>The body in Python's sorted form.</summary>
    internal static string SignedText(string jobUuid, string trustedJobUuid, JsonObject details)
    {
        var problems = new ProblemList();
        if (!Guid.TryParse(jobUuid, out var job))
        {
            problems.Add("job_uuid", "must be a UUID.");
        }

        if (!Guid.TryParse(trustedJobUuid, out var trusted))
        {
            problems.Add("trusted_job_uuid", "must be a UUID.");
        }

        problems.ThrowIfAny();
        var text = PythonJson.Dumps(
            new JsonObject
            {
                ["job_uuid"] = job.ToString("D"),
                ["trusted_job_uuid"] = trusted.ToString("D"),
                ["details"] = CheatDetails.Storable(details),
            }
        );
        return text.Length < JobSpecValidation.MaxRequestBytes
            ? text
            : throw new ComputeHordeValidationException(
                "details",
                $"make the request {text.Length} bytes; it must be under {JobSpecValidation.MaxRequestBytes}."
            );
    }

    private async Task<CheatReportOutcome> SendAsync(FacilitatorRequest request, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await api.RepeatableAsync(request, cancellationToken);
            return CheatReportOutcome.Recorded;
        }
        catch (ComputeHordeProtocolException error)
            when (error.StatusCode == 400 && error.Message.Contains(AlreadyExists, StringComparison.Ordinal))
        {
            return CheatReportOutcome.AlreadyReported;
        }
    }
}
