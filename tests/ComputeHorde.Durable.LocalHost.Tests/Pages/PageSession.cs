using Microsoft.Playwright;

namespace ComputeHorde.Durable.LocalHost.Tests.Pages;

/// <summary>
/// The page in a window of its own. Whatever the test does, nothing may be fetched from elsewhere, nothing may be complained of, and no
/// address may hold the key.
/// </summary>
internal sealed class PageSession : IAsyncDisposable
{
    private readonly List<string> _faults = [];
    private readonly IBrowserContext _context;

    private PageSession(IBrowserContext context, IPage page) => (_context, Page) = (context, page);

    public IPage Page { get; }

    public static async Task<PageSession> OpenAsync(
        PageFixture fixture,
        string address = "",
        ColorScheme scheme = ColorScheme.Light,
        bool isPhone = false,
        string? key = PageFixture.Key,
        bool bypassesPolicy = false,
        string? tolerated = null
    )
    {
        var context = await fixture.Browser.NewContextAsync(
            new BrowserNewContextOptions
            {
                ColorScheme = scheme,
                AcceptDownloads = true,
                BypassCSP = bypassesPolicy,
                ViewportSize = isPhone ? new ViewportSize { Width = 390, Height = 844 } : new ViewportSize { Width = 1280, Height = 900 },
            }
        );
        context.SetDefaultTimeout(300_000);
        if (key is not null)
        {
            await context.AddInitScriptAsync($"sessionStorage.setItem('computehorde-function-key', '{key}')");
        }

        var page = await context.NewPageAsync();
        var session = new PageSession(context, page);
        page.Console += (_, message) =>
            session.Note(
                message.Type is "error" or "warning"
                    && !(tolerated is not null && message.Text.Contains($"a status of {tolerated} (", StringComparison.Ordinal)),
                $"{message.Type}: {message.Text}"
            );
        page.PageError += (_, error) => session.Note(true, error);
        context.Request += (_, request) =>
        {
            session.Note(
                !request.Url.StartsWith(fixture.Page.GetLeftPart(UriPartial.Authority) + "/", StringComparison.Ordinal)
                    && !request.Url.StartsWith("blob:", StringComparison.Ordinal),
                $"fetched {request.Url}"
            );
            session.Note(request.Url.Contains(PageFixture.Key, StringComparison.Ordinal), $"the key stands in {request.Url}");
        };
        await page.GotoAsync(fixture.Page + address);
        return session;
    }

    public ILocator Heading => Page.Locator("h1");

    public ILocator Row(string id) => Page.Locator($"tr[data-key='{id}']");

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = name });

    public async Task GoAsync(string hash) => await Page.EvaluateAsync("hash => { location.hash = hash; }", hash);

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        lock (_faults)
        {
            Assert.Empty(_faults);
        }
    }

    private void Note(bool isFault, string text)
    {
        if (isFault)
        {
            lock (_faults)
            {
                _faults.Add(text);
            }
        }
    }
}
