using System.Net;
using System.Text;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace ComputeHorde.Durable.LocalHost.Tests.Pages;

/// <summary>The runs page in a browser, over a local host as users run it.</summary>
[Collection(PageCollection.Name)]
public sealed class PageTests(PageFixture fixture)
{
    /// <summary>The views by their addresses, and what stands there once they are complete.</summary>
    private static readonly (string Name, string Address, string Shown)[] Views =
    [
        ("runs", "#/runs?label=night&status=failed&status=running", "tr[data-key='bad-00']"),
        ("run", "#/run/cheat-0", ".is-mismatch"),
        ("failed-run", "#/run/bad-00", "text=Time line"),
        ("batches", "#/batches", "tr[data-key='lot']"),
        ("batch", "#/batch/lot", "text=Lines: 2"),
        ("waiting", "#/waiting", "tr[data-key='full-02']"),
        ("cheats", "#/cheats", "text=sha256"),
        ("limits", "#/limits", "tr[data-key='ntight']"),
        ("notices", "#/notices", "text=None: every notice"),
    ];

    [Fact]
    public async Task Runs_Filtered_ShowsThoseAndOpensOne()
    {
        SkipWithoutBrowser();
        await using var session = await PageSession.OpenAsync(fixture);
        await session.Row("done-00").WaitForAsync();
        var names = (await session.Page.Locator("tbody a").AllTextContentsAsync()).ToList();
        Assert.InRange(names.IndexOf("evil-0"), 0, names.IndexOf("done-29") - 1);
        Assert.InRange(names.IndexOf("done-29"), 0, names.IndexOf("done-00") - 1);

        await session.Page.Locator("select[name=status]").SelectOptionAsync("failed");
        await HasRowsAsync(session, 7);
        await session.Page.GetByLabel("Label").FillAsync("team=blue");
        await session.Page.GetByLabel("Label").PressAsync("Enter");
        await HasRowsAsync(session, 3);
        Assert.Equal(["bad-05", "bad-03", "bad-01"], await session.Page.Locator("tbody tr a").AllTextContentsAsync());
        Assert.Contains("status=failed", session.Page.Url, StringComparison.Ordinal);

        await session.Page.Locator("tbody a").First.ClickAsync();
        await session.Page.GetByText("with exit status 3").WaitForAsync();
        Assert.Equal("bad-05", await session.Heading.TextContentAsync());
        Assert.Equal("bad-05 · ComputeHorde", await session.Page.TitleAsync());
        Assert.True(await session.Heading.EvaluateAsync<bool>("heading => heading === document.activeElement"));
        await session.Page.GoBackAsync();
        await session.Row("bad-01").WaitForAsync();
    }

    [Fact]
    public async Task Run_WhileItRuns_IsFollowedLiveAndCancelledByKeyboard()
    {
        SkipWithoutBrowser();
        await fixture.StartAsync("hung-live", PageFixture.Job("sha256", "one"));
        await using var session = await PageSession.OpenAsync(fixture, "#/run/hung-live");
        await session.Page.Locator(".steps >> text=accepted").WaitForAsync();
        await session.Page.Locator(".line i.live").WaitForAsync();

        await session.Button("Cancel…").FocusAsync();
        await session.Page.Keyboard.PressAsync("Enter");
        await session.Button("Cancel it").WaitForAsync();
        await session.Page.Keyboard.PressAsync("Escape");
        Assert.Equal("running", (string?)(await fixture.GetAsync("jobs/hung-live"))["status"]);
        await session.Page.Keyboard.PressAsync("Enter");
        await session.Button("Cancel it").WaitForAsync();
        await session.Page.Keyboard.PressAsync("Tab");
        await session.Page.Keyboard.PressAsync("Enter");

        await session.Page.Locator(".head .is-cancelled").WaitForAsync();
        Assert.Equal("cancelled", (string?)(await fixture.GetAsync("jobs/hung-live"))["status"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_WhileItRuns_IsFollowedByEventsOrElseByAsking(bool hasEvents)
    {
        SkipWithoutBrowser();
        var id = hasEvents ? "hung-events" : "hung-asked";
        await fixture.StartAsync(id, PageFixture.Job("sha256", "one"));
        await fixture.StateAsync(id, static run => (string?)run["progress"]?["status"] == "accepted");
        await using var session = await PageSession.OpenAsync(fixture);
        await session.Row("done-00").WaitForAsync();
        if (hasEvents)
        {
            // Asked for once, the run is known by its events or not at all.
            var asked = 0;
            await session.Page.RouteAsync(
                $"**/jobs/{id}",
                route => Interlocked.Increment(ref asked) == 1 ? route.ContinueAsync() : Task.CompletedTask
            );
        }
        else
        {
            await session.Page.RouteAsync(
                "**/events",
                static route =>
                    route.FulfillAsync(
                        new RouteFulfillOptions
                        {
                            Status = 200,
                            ContentType = "text/html",
                            Body = "a proxy's page",
                        }
                    )
            );
        }

        var events = session.Page.WaitForRequestAsync("**/events");
        await session.GoAsync($"#/run/{id}");
        Assert.Equal(PageFixture.Key, await (await events).HeaderValueAsync("x-functions-key"));
        await session.Page.Locator(".steps >> text=accepted").WaitForAsync();
        using var cancelled = await fixture.Http.PostAsync(
            new Uri($"jobs/{id}/cancel", UriKind.Relative),
            content: null,
            TestContext.Current.CancellationToken
        );

        await session.Page.Locator(".head .is-cancelled").WaitForAsync();
    }

    [Fact]
    public async Task Runs_CancelledByFilter_AreNamedFirstAndOthersGoOn()
    {
        SkipWithoutBrowser();
        for (var number = 0; number < 3; number++)
        {
            var job = PageFixture.Job("sha256", "one");
            job["labels"] = new System.Text.Json.Nodes.JsonObject { ["lot"] = "many" };
            await fixture.StartAsync($"hung-many-{number}", job);
        }

        await using var session = await PageSession.OpenAsync(fixture, "#/runs?label=lot%3Dmany");
        await session.Row("hung-many-2").WaitForAsync();
        await session.Button("Cancel these…").ClickAsync();
        await session.Page.Locator("dialog >> text=3 runs:").WaitForAsync();
        await session.Button("Cancel them").ClickAsync();

        await session.Page.Locator("tbody .is-cancelled").Nth(2).WaitForAsync();
        Assert.Equal("running", (string?)(await fixture.GetAsync("jobs/hung-00"))["status"]);
    }

    [Fact]
    public async Task Run_OnThePage_IsRunAgainAndDownloaded()
    {
        SkipWithoutBrowser();
        await using var session = await PageSession.OpenAsync(fixture, "#/run/cheat-0");
        await session.Page.GetByText("Evidence, as the ledger keeps it").ClickAsync();
        await session.Page.Locator("pre[aria-label=Evidence] >> text=trusted_job_uuid").WaitForAsync();
        Assert.Equal("mismatch", await session.Page.Locator(".is-mismatch").TextContentAsync());

        var artifact = await session.Page.RunAndWaitForDownloadAsync(() => session.Button("Download /artifacts/result.json").ClickAsync());
        using var expected = await fixture.Http.GetAsync(
            new Uri("jobs/cheat-0/result?part=/artifacts/result.json", UriKind.Relative),
            TestContext.Current.CancellationToken
        );
        Assert.Equal("result.json", artifact.SuggestedFilename);
        Assert.Equal(
            await expected.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            await File.ReadAllTextAsync(await artifact.PathAsync(), TestContext.Current.CancellationToken)
        );

        await session.GoAsync("#/run/done-01");
        await session.Button("Run again…").ClickAsync();
        await session.Button("Run it again").ClickAsync();
        await session.Page.Locator("dt:text-is('Repeats') + dd >> text=done-01").WaitForAsync();
        await session.Page.Locator(".head .is-completed").WaitForAsync();
    }

    [Fact]
    public async Task Output_OfARun_IsDownloadedFromItsStorage()
    {
        SkipWithoutBrowser();
        var link = await fixture.GetAsync("jobs/cheat-0/result?part=/output/report.txt&redirect=false");
        using var storage = new HttpClient();

        var output = await storage.GetByteArrayAsync(new Uri((string)link["url"]!), TestContext.Current.CancellationToken);

        Assert.Equal((long)(await fixture.GetAsync("jobs/cheat-0/result"))["outputs"]!["/output/report.txt"]!["size"]!, output.Length);
    }

    [Fact]
    public async Task Texts_OfStrangers_AreShownAsTexts()
    {
        SkipWithoutBrowser();
        await using var session = await PageSession.OpenAsync(fixture, "#/run/evil-0", tolerated: "404");
        var stdout = session.Page.Locator("pre[aria-label='Standard output']");
        await stdout.GetByText("onerror").WaitForAsync();
        Assert.StartsWith(PageFixture.Hostile, await stdout.TextContentAsync(), StringComparison.Ordinal);
        Assert.Equal(65_536, Encoding.UTF8.GetByteCount((await stdout.TextContentAsync())!));
        await session.Page.Locator("button", new PageLocatorOptions { HasText = "Show all" }).ClickAsync();
        await session.Page.WaitForFunctionAsync("() => document.querySelector('pre').textContent.length === 1000000");
        Assert.Contains("gnp.txt", await session.Page.Locator("table bdi").First.TextContentAsync(), StringComparison.Ordinal);

        foreach (var address in new[] { "#/runs?prefix=evil", "#/batch/lot", $"#/run/{Uri.EscapeDataString(PageFixture.Hostile)}" })
        {
            await session.GoAsync(address);
            await session.Page.Locator("bdi >> text=onerror").First.WaitForAsync();
        }

        Assert.Equal(0, await session.Page.Locator("img").CountAsync());
        Assert.DoesNotContain('\u202e', await session.Page.TitleAsync());
        Assert.NotEqual("owned", await session.Page.TitleAsync());
        await session.GoAsync("#/run/nobody");
        await session.Page.GetByText("There is no such run").WaitForAsync();
    }

    [Fact]
    public async Task Key_TypedOnce_IsKeptInTheTabAndSentInAHeaderOnly()
    {
        SkipWithoutBrowser();
        await using var session = await PageSession.OpenAsync(fixture, "#/batches", key: null, tolerated: "401");
        await session.Page.GetByLabel("Key", new PageGetByLabelOptions { Exact = true }).FillAsync("wrong");
        await session.Page.Keyboard.PressAsync("Enter");
        await session.Page.GetByText("do not take this key").WaitForAsync();
        await session.Page.GetByLabel("Key", new PageGetByLabelOptions { Exact = true }).FillAsync(PageFixture.Key);
        await session.Page.Keyboard.PressAsync("Enter");
        await session.Row("lot").WaitForAsync();
        await session.Page.ReloadAsync();
        await session.Row("lot").WaitForAsync();

        Assert.Equal("0", await session.Page.EvaluateAsync<string>("() => String(localStorage.length + document.cookie.length)"));
        await session.Button("Forget the key").ClickAsync();
        await session.Page.Locator("#key-dialog[open]").WaitForAsync();
    }

    [Fact]
    public async Task Views_LightAndDarkAndOnAPhone_ViolateNoRuleOfAccessibility()
    {
        SkipWithoutBrowser();
        foreach (var (scheme, isPhone) in new[] { (ColorScheme.Light, false), (ColorScheme.Dark, true) })
        {
            await using var session = await PageSession.OpenAsync(fixture, scheme: scheme, isPhone: isPhone, bypassesPolicy: true);
            foreach (var (name, address, shown) in Views.Where(view => scheme == ColorScheme.Light || view.Name == "run"))
            {
                await session.GoAsync(address);
                await session.Page.Locator(shown).First.WaitForAsync();
                await AssertAccessibleAsync(session, $"{name}, {scheme}");
                Assert.True(
                    await session.Page.EvaluateAsync<bool>(
                        "() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"
                    ),
                    $"{name} is wider than its window"
                );
            }

            if (!isPhone)
            {
                await session.GoAsync("#/run/hung-00");
                await session.Button("Cancel…").ClickAsync();
                await AssertAccessibleAsync(session, "question");
            }
        }
    }

    [Fact]
    public async Task Page_AsItIsServed_AllowsNothingButItsOwnFiles()
    {
        SkipWithoutBrowser();
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        using var page = await http.GetAsync(fixture.Page, TestContext.Current.CancellationToken);
        using var slash = await http.GetAsync(new Uri(fixture.Page + "/"), TestContext.Current.CancellationToken);
        using var unknown = await http.GetAsync(new Uri(fixture.Page + "/..%2Fopenapi.json"), TestContext.Current.CancellationToken);
        using var again = new HttpRequestMessage(HttpMethod.Get, fixture.Page) { Headers = { IfNoneMatch = { page.Headers.ETag! } } };
        using var unchanged = await http.SendAsync(again, TestContext.Current.CancellationToken);
        var policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));

        Assert.StartsWith("default-src 'none';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("http", policy, StringComparison.Ordinal);
        Assert.Equal(new Uri("/api/page", UriKind.Relative), slash.Headers.Location);
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotModified), (unknown.StatusCode, unchanged.StatusCode));
    }

    /// <summary>The pictures of README and docs: <c>UPDATE_SCREENSHOTS=1</c> writes them anew.</summary>
    [Fact]
    public async Task Pictures_OfTheDocs_CanBeTaken()
    {
        SkipWithoutBrowser();
        var isUpdate = Environment.GetEnvironmentVariable("UPDATE_SCREENSHOTS") is not null;
        var folder = isUpdate ? Path.Combine(ContentRoot.Find(), "docs", "pictures") : Path.Combine(AppContext.BaseDirectory, "pictures");
        foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await using var session = await PageSession.OpenAsync(fixture, scheme: scheme);
            foreach (var (name, address, shown) in Views.Where(static view => view.Name is "runs" or "run"))
            {
                await session.GoAsync(address);
                await session.Page.Locator(shown).First.WaitForAsync();
                var file = Path.Combine(folder, $"{name}-{scheme}.png".ToLowerInvariant());
                await session.Page.ScreenshotAsync(new PageScreenshotOptions { Path = file, Animations = ScreenshotAnimations.Disabled });
                Assert.True(new FileInfo(file).Length > 20_000);
            }
        }
    }

    /// <summary>A view that was entered anew has no rows at first.</summary>
    private static Task HasRowsAsync(PageSession session, int count) =>
        Assertions
            .Expect(session.Page.Locator("tbody tr"))
            .ToHaveCountAsync(count, new LocatorAssertionsToHaveCountOptions { Timeout = 300_000 });

    private static async Task AssertAccessibleAsync(PageSession session, string what)
    {
        var found = await session.Page.RunAxe();
        Assert.True(
            found.Violations.Length == 0,
            $"{what}: {string.Join("; ", found.Violations.Select(static fault => $"{fault.Id} ({fault.Help}): {string.Join(" | ", fault.Nodes.Take(3).Select(static node => node.Html))}"))}"
        );
    }

    private static void SkipWithoutBrowser() =>
        Assert.SkipUnless(File.Exists(PageFixture.Chromium), $"{PageFixture.Chromium} is absent: apt-get install -y chromium");
}
