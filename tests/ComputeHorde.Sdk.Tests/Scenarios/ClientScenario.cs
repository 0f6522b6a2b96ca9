namespace ComputeHorde.Sdk.Tests.Scenarios;

/// <summary>What a user does from login to cheat report. Knows nothing of who answers, so that it runs against any facilitator.</summary>
internal static class ClientScenario
{
    public static async Task<(ComputeHordeJob Job, ComputeHordeJob Trusted)> RunAsync(
        ComputeHordeClient client,
        ComputeHordeJobSpec spec,
        ComputeHordeJobSpec trustedSpec,
        TimeSpan timeout
    )
    {
        var tag = $"scenario {Guid.NewGuid():N} żółć 🚀";
        var first = await client.CreateJobAsync(spec, new CreateJobOptions { Tag = tag });
        Assert.True(first.Created);
        Assert.Equal(JobStatus.Sent, first.Job.StatusHistory[0].Status);
        Assert.Equal(spec.Args, first.Job.Args);
        Assert.Equal(spec.Env.OrderBy(entry => entry.Key), first.Job.Env.OrderBy(entry => entry.Key));

        var again = await client.CreateJobAsync(spec, new CreateJobOptions { Tag = tag, LookUpFirst = true });
        Assert.False(again.Created);
        Assert.Equal(first.Job.Uuid, again.Job.Uuid);

        var trusted = await client.CreateJobAsync(trustedSpec, new CreateJobOptions { Tag = tag + "#trusted", OnTrustedMiner = true });
        Assert.True(trusted.Job.OnTrustedMiner);

        var uuids = new[] { first.Job.Uuid, trusted.Job.Uuid };
        Assert.Equal(first.Job.Uuid, (await client.GetJobAsync(first.Job.Uuid)).Uuid);
        Assert.Equal(uuids.Order(), (await client.GetJobsAsync(uuids)).Values.Select(look => look.Job!.Uuid).Order());
        Assert.Equal(first.Job.Uuid, Assert.Single(await client.GetJobsByTagAsync(tag)).Uuid);
        Assert.NotEmpty((await client.GetJobsPageAsync(pageSize: 1)).Jobs);
        var listed = new List<string>();
        await foreach (var job in client.IterateJobsAsync())
        {
            listed.Add(job.Uuid);
        }

        Assert.Equal(listed.Count, listed.Distinct().Count());
        Assert.Subset(listed.ToHashSet(), uuids.ToHashSet());

        var statuses = new List<JobStatus>();
        await foreach (var change in client.WatchAsync(first.Job.Uuid, timeout))
        {
            statuses.Add(change.Entry.Status);
        }

        Assert.Equal(JobStatus.Sent, statuses[0]);
        Assert.True(statuses[^1].IsTerminal);
        var ended = await client.WaitAsync(first.Job.Uuid, timeout);
        var trustedEnded = await client.WaitAsync(trusted.Job.Uuid, timeout);

        var details = new System.Text.Json.Nodes.JsonObject
        {
            ["expected_hash"] = "ab",
            ["actual_hash"] = "cd",
            ["reason"] = "różne 🚀",
            ["at"] = 3,
        };
        Assert.Equal(CheatReportOutcome.Recorded, await client.ReportCheatedJobAsync(first.Job.Uuid, trusted.Job.Uuid, details));
        Assert.Equal(CheatReportOutcome.AlreadyReported, await client.ReportCheatedJobAsync(first.Job.Uuid, trusted.Job.Uuid, details));
        await Assert.ThrowsAsync<ComputeHordeNotFoundException>(() =>
            client.ReportCheatedJobAsync(Guid.NewGuid().ToString(), trusted.Job.Uuid, details)
        );
        await Assert.ThrowsAsync<ComputeHordeNotFoundException>(() => client.GetJobAsync(Guid.NewGuid().ToString()));
        return (ended, trustedEnded);
    }
}
