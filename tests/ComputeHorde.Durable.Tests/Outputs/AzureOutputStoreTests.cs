using System.Net;
using ComputeHorde.Durable.Outputs;
using ComputeHorde.Durable.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace ComputeHorde.Durable.Tests.Outputs;

/// <summary>What an upload URL is good for: one PUT of one blob, in its life.</summary>
public sealed class AzureOutputStoreTests
{
    [Fact]
    public async Task Url_AnyOtherUse_IsRefused()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { InMemory = true });
        var store = horde.Functions.Services.GetRequiredService<IOutputStore>();
        var upload = await store.SignAsync("run/1/output/a.bin", TimeSpan.FromHours(1), TestContext.Current.CancellationToken);
        var expired = await store.SignAsync("run/1/output/late.bin", TimeSpan.FromSeconds(-60), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Created, await SendAsync(HttpMethod.Put, upload.Url, upload));
        Assert.Equal(HttpStatusCode.Forbidden, await SendAsync(HttpMethod.Put, upload.Url, upload));
        Assert.Equal(HttpStatusCode.Forbidden, await SendAsync(HttpMethod.Get, upload.Url, null));
        Assert.Equal(HttpStatusCode.Forbidden, await SendAsync(HttpMethod.Delete, upload.Url, null));
        Assert.Equal(HttpStatusCode.Forbidden, await SendAsync(HttpMethod.Put, new Uri(upload.Url.AbsoluteUri.Replace("a.bin", "b.bin", StringComparison.Ordinal)), upload));
        Assert.Equal(HttpStatusCode.Forbidden, await SendAsync(HttpMethod.Put, expired.Url, expired));
        Assert.DoesNotContain("sig=", upload.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task DownloadUrl_AnyOtherUse_IsRefused()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { InMemory = true });
        var store = horde.Functions.Services.GetRequiredService<IOutputStore>();
        foreach (var name in new[] { "run/1/output/a.bin", "run/1/output/b.bin" })
        {
            var upload = await store.SignAsync(name, TimeSpan.FromHours(1), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Created, await SendAsync(HttpMethod.Put, upload.Url, upload));
        }

        var url = await store.SignDownloadAsync("run/1/output/a.bin", TimeSpan.FromMinutes(5), TestContext.Current.CancellationToken);
        var expired = await store.SignDownloadAsync("run/1/output/a.bin", TimeSpan.FromSeconds(-60), TestContext.Current.CancellationToken);
        using var http = new HttpClient();
        using var answer = await http.GetAsync(url, TestContext.Current.CancellationToken);

        Assert.Equal([1, 2, 3], await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.Equal(("attachment", "application/octet-stream"), (answer.Content.Headers.ContentDisposition?.DispositionType, answer.Content.Headers.ContentType?.MediaType));
        Assert.Equal(HttpStatusCode.Forbidden, await SendAsync(HttpMethod.Get, new Uri(url.AbsoluteUri.Replace("a.bin", "b.bin", StringComparison.Ordinal)), null));
        Assert.Equal(HttpStatusCode.Forbidden, await SendAsync(HttpMethod.Put, url, await store.SignAsync("run/1/output/a.bin", TimeSpan.FromHours(1), TestContext.Current.CancellationToken)));
        Assert.Equal(HttpStatusCode.Forbidden, await SendAsync(HttpMethod.Delete, url, null));
        Assert.Equal(HttpStatusCode.Forbidden, await SendAsync(HttpMethod.Get, expired, null));
    }

    private static async Task<HttpStatusCode> SendAsync(HttpMethod method, Uri url, SignedUpload? upload)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(method, url) { Content = upload is null ? null : new ByteArrayContent([1, 2, 3]) };
        foreach (var (name, value) in upload?.Headers ?? new Dictionary<string, string>())
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}
