using ComputeHorde.Emulator.Python;
using Microsoft.Playwright;

namespace ComputeHorde.Emulator.Tests;

public sealed class PageTests
{
    private const string Chromium = "/usr/bin/chromium";

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Page_WhileJobsRun_ShowsMinersTimelinesAndCheatReports(ColorScheme scheme)
    {
        Assert.SkipUnless(File.Exists(Chromium), $"{Chromium} is absent: apt-get install -y chromium");
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync(o =>
        {
            o.Speed = 20;
            o.Miners = EmulatedMiner.Population(honest: 2, cheating: 1);
        });
        using TestClient client = await TestClient.LoginAsync(horde);
        await FillAsync(horde, client);

        using IPlaywright playwright = await Playwright.CreateAsync();
        await using IBrowser browser = await playwright.Chromium.LaunchAsync(
            new BrowserTypeLaunchOptions
            {
                ExecutablePath = Chromium,
                Args =
                [
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--no-first-run",
                    "--disable-sync",
                ],
            }
        );
        IPage page = await browser.NewPageAsync(
            new BrowserNewPageOptions
            {
                ColorScheme = scheme,
                ViewportSize = new ViewportSize { Width = 1280, Height = 1000 },
            }
        );
        var errors = new List<string>();
        page.Console += (_, message) => errors.Add($"{message.Type} {message.Text}");
        page.PageError += (_, error) => errors.Add(error);
        page.Request += (_, request) => Assert.StartsWith(horde.BaseAddress.ToString(), request.Url, StringComparison.Ordinal);
        await page.GotoAsync(horde.BaseAddress.ToString());

        await page.Locator("#miners tbody tr").Nth(2).WaitForAsync();
        await page.Locator("#jobs .chip", new PageLocatorOptions { HasText = "completed" }).First.WaitForAsync();
        Assert.Equal(
            horde.Counters.Creates.ToString(),
            await page.Locator(".tile", new PageLocatorOptions { HasText = "paid jobs" }).Locator("b").TextContentAsync()
        );
        Assert.Contains("cheating-1", await page.Locator("#miners").TextContentAsync(), StringComparison.Ordinal);
        Assert.Contains("ignores: signature does not verify", await page.Locator("#reports").TextContentAsync(), StringComparison.Ordinal);
        Assert.True(await page.Locator("#jobs .line i").CountAsync() > 30);

        await page.Locator("#filter").FillAsync("page-stuck");
        await page.Locator("#jobs .line i.live").WaitForAsync();
        await page.Locator("#shown", new PageLocatorOptions { HasText = "1 of the last" }).WaitForAsync();
        await page.Locator("#filter").FillAsync("");
        await page.Locator("#jobs tbody tr").Nth(5).WaitForAsync();

        string screenshot = Path.Combine(AppContext.BaseDirectory, "screenshots", $"emulator-{scheme}.png".ToLowerInvariant());
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = screenshot, FullPage = true });
        Assert.True(new FileInfo(screenshot).Length > 20_000);
        Assert.Empty(errors);
    }

    [Fact]
    public async Task Page_WhileNothingMoreIsAnswered_ShowsWhatItCame()
    {
        Assert.SkipUnless(File.Exists(Chromium), $"{Chromium} is absent: apt-get install -y chromium");
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync(o => o.Speed = 20);
        using TestClient client = await TestClient.LoginAsync(horde);
        PyDict body = TestClient.Job("echo", "1");
        body["tag"] = "</script><script>document.title='owned'</script>#1";
        await client.WaitForEndAsync(await client.CreateAsync(body));
        using IPlaywright playwright = await Playwright.CreateAsync();
        await using IBrowser browser = await playwright.Chromium.LaunchAsync(
            new BrowserTypeLaunchOptions { ExecutablePath = Chromium, Args = ["--no-sandbox", "--disable-gpu"] }
        );
        IPage page = await browser.NewPageAsync();
        await page.RouteAsync("**/emulator/**", static route => route.AbortAsync());

        await page.GotoAsync(horde.BaseAddress.ToString(), new PageGotoOptions { WaitUntil = WaitUntilState.DOMContentLoaded });

        Assert.Contains("</script><script>", await page.Locator("#jobs tbody").TextContentAsync(), StringComparison.Ordinal);
        Assert.Contains("honest-1", await page.Locator("#miners").TextContentAsync(), StringComparison.Ordinal);
        Assert.Equal("ComputeHorde emulator", await page.TitleAsync());
    }

    private static async Task FillAsync(FacilitatorEmulator horde, TestClient client)
    {
        foreach (
            (string tag, string image) in new[]
            {
                ("page-a#1", "echo"),
                ("page-b#1", "sha256"),
                ("page-c#1", "computehorde/matmul:latest"),
                ("page-busy!rejected:busy,ok#1", "echo"),
                ("page-busy!rejected:busy,ok#2", "echo"),
                ("page-exit#1", "fail"),
                ("page-late#1", "echo!late:20"),
                ("page-pull#1", "echo!horde_failed:generic_error"),
                ("page-stuck#1", "echo!stuck:received"),
                ("page-sleep#1", "sleep"),
            }
        )
        {
            PyDict body = TestClient.Job(image, "1");
            body["tag"] = tag;
            await client.CreateAsync(body);
        }

        PyDict trusted = TestClient.Job("echo", "1");
        trusted["on_trusted_miner"] = true;
        trusted["tag"] = "page-a#trusted1";
        string copy = await client.CreateAsync(trusted);
        string cheated = await client.CreateAsync(TestClient.Job("echo!cheat", "1"));
        await client.WaitForEndAsync(cheated);
        await client.WaitForEndAsync(copy);
        var report = new PyDict
        {
            ["job_uuid"] = cheated,
            ["trusted_job_uuid"] = copy,
            ["details"] = new PyDict
            {
                ["reason"] = "hash_mismatch",
                ["expected_hash"] = "ab",
                ["actual_hash"] = "cd",
            },
        };
        Assert.Equal(201, (int)(await client.ReportCheatAsync(report)).StatusCode);
        Assert.True(Assert.Single(horde.CheatReports).ActuallyCheated);
    }
}
