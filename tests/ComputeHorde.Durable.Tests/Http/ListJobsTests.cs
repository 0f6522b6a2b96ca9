using System.Net;
using System.Text.Json.Nodes;
using ComputeHorde.Durable.Tests.Support;

namespace ComputeHorde.Durable.Tests.Http;

public class ListJobsTests(ITestOutputHelper output)
{
    [Fact]
    public async Task List_ManyRuns_PagesThroughAllOfOneStatus()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { Output = output });
        horde.Emulator.SetBehaviourForTag("bad-", "failed:nonzero_return_code:3");
        for (var number = 0; number < 5; number++)
        {
            await horde.PostAsync("jobs", Jobs.Sha256("one"), $"good-{number}");
        }

        await horde.PostAsync("jobs", Jobs.Sha256("one"), "bad-0");
        await horde.PostAsync("batches", new JsonArray(Jobs.Sha256("one")), "lot");
        await horde.EndOfAsync("batches/lot");
        foreach (var id in new[] { "good-0", "good-1", "good-2", "good-3", "good-4", "bad-0" })
        {
            await horde.EndOfAsync($"jobs/{id}");
        }

        var completed = new List<string>();
        string? continuation = null;
        do
        {
            var page = await horde.GetAsync(
                $"jobs?status=completed&page_size=2{(continuation is null ? "" : $"&continuation={Uri.EscapeDataString(continuation)}")}"
            );
            completed.AddRange(page["jobs"]!.AsArray().Select(static run => (string)run!["id"]!));
            continuation = (string?)page["continuation"];
        } while (continuation is not null);

        Assert.Equal(["good-0", "good-1", "good-2", "good-3", "good-4", "lot~1"], completed.Order(StringComparer.Ordinal));
        Assert.Equal("bad-0", (string?)Assert.Single((await horde.GetAsync("jobs?status=failed"))["jobs"]!.AsArray())!["id"]);
        Assert.Equal(7, (await horde.GetAsync("jobs"))["jobs"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("status=lost", "status")]
    [InlineData("page_size=0", "page_size")]
    [InlineData("page_size=501", "page_size")]
    [InlineData("page_size=many", "page_size")]
    [InlineData("continuation=nowhere", "continuation")]
    public async Task List_BadQuery_NamesTheParameter(string query, string parameter)
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { Output = output });

        using var answer = await horde.Http.GetAsync(new Uri($"jobs?{query}", UriKind.Relative), TestContext.Current.CancellationToken);
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;

        Assert.Equal(
            (HttpStatusCode.BadRequest, "application/problem+json"),
            (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType)
        );
        Assert.Equal(parameter, Assert.Single(problem["errors"]!.AsObject()).Key);
    }
}
