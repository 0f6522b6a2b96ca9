using ComputeHorde.Sdk;

namespace ComputeHorde.Samples;

/// <summary>A page, all jobs, some jobs, jobs by tag.</summary>
public static class ListJobs
{
    public static async Task RunAsync(ComputeHordeClient client, TextWriter output)
    {
        var page = await client.GetJobsPageAsync(page: 1, pageSize: 10);
        await output.WriteLineAsync($"{page.Jobs.Count} of {page.TotalCount} jobs");

        await foreach (var job in client.IterateJobsAsync())
        {
            await output.WriteLineAsync($"{job.CreatedAt:s} {job.Uuid} {job.Status} {job.Tag}");
        }

        // One request for up to 150 jobs.
        foreach (var look in (await client.GetJobsAsync(page.Jobs.Select(job => job.Uuid), includeResults: false)).Values)
        {
            await output.WriteLineAsync($"{look.Uuid} {look.Job?.LastUpdate.ToString() ?? look.Error?.Message ?? "is gone"}");
        }

        await output.WriteLineAsync($"{(await client.GetJobsByTagAsync("report-42#1")).Count} job(s) with this tag");
    }
}
