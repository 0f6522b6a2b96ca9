using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.Intake;

/// <summary>
/// Bounds the time limits of a job: the facilitator keeps it for 7 days, and sums of larger ones would overflow into the past.
/// </summary>
internal static class TimeLimits
{
    private const int MostSeconds = 7 * 86_400;

    public static IEnumerable<ValidationProblem> Validate(ComputeHordeJobSpec spec) =>
        new (string Field, int Seconds)[]
        {
            ("download_time_limit_sec", spec.DownloadTimeLimitSec),
            ("execution_time_limit_sec", spec.ExecutionTimeLimitSec),
            ("upload_time_limit_sec", spec.UploadTimeLimitSec),
            ("streaming_start_time_limit_sec", spec.StreamingStartTimeLimitSec),
        }
            .Where(static limit => limit.Seconds > MostSeconds)
            .Select(static limit => new ValidationProblem(
                limit.Field,
                $"must be at most {MostSeconds}, the 7 days that the facilitator keeps a job."
            ));
}
