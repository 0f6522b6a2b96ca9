using System.Net;
using System.Text;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Http;
using ComputeHorde.Durable.Outputs;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Durable.Tests.Support;
using ComputeHorde.DurableTask.Sqlite.Testing;
using ComputeHorde.Sdk;
using ComputeHorde.Storage.Local;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

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
        Assert.Equal(
            HttpStatusCode.Forbidden,
            await SendAsync(HttpMethod.Put, new Uri(upload.Url.AbsoluteUri.Replace("a.bin", "b.bin", StringComparison.Ordinal)), upload)
        );
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
        Assert.Equal(
            ("attachment", "application/octet-stream"),
            (answer.Content.Headers.ContentDisposition?.DispositionType, answer.Content.Headers.ContentType?.MediaType)
        );
        Assert.Equal(
            HttpStatusCode.Forbidden,
            await SendAsync(HttpMethod.Get, new Uri(url.AbsoluteUri.Replace("a.bin", "b.bin", StringComparison.Ordinal)), null)
        );
        Assert.Equal(
            HttpStatusCode.Forbidden,
            await SendAsync(
                HttpMethod.Put,
                url,
                await store.SignAsync("run/1/output/a.bin", TimeSpan.FromHours(1), TestContext.Current.CancellationToken)
            )
        );
        Assert.Equal(HttpStatusCode.Forbidden, await SendAsync(HttpMethod.Delete, url, null));
        Assert.Equal(HttpStatusCode.Forbidden, await SendAsync(HttpMethod.Get, expired, null));
    }

    [Fact]
    public async Task Sign_WithADelegationKey_AsksForANewOneSoonSoThatARevokedOneIsNotKept()
    {
        var clock = new VirtualTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var account = new DelegatingAccount(clock);
        using var store = account.Open();

        await store.SignAsync("run/1/output/a.bin", TimeSpan.FromHours(1), TestContext.Current.CancellationToken);
        clock.Advance(TimeSpan.FromMinutes(14));
        await store.SignAsync("run/1/output/b.bin", TimeSpan.FromHours(1), TestContext.Current.CancellationToken);
        var within = account.Keys;
        clock.Advance(TimeSpan.FromMinutes(2));
        var later = await store.SignAsync("run/1/output/c.bin", TimeSpan.FromHours(1), TestContext.Current.CancellationToken);

        Assert.Equal((1, 2), (within, account.Keys));
        Assert.Contains("skoid=", later.Url.Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sign_IdentityWithoutTheRole_NamesItOnceAndMayPass()
    {
        var account = new DelegatingAccount(TimeProvider.System) { HasTheRole = false };
        using var store = account.Open();

        for (var trial = 0; trial < 2; trial++)
        {
            var refused = await Assert.ThrowsAsync<RequestFailedException>(() => SignAsync().AsTask());
            Assert.Contains("Storage Blob Delegator", refused.Message, StringComparison.Ordinal);
            Assert.True(StorageOutages.MayPass(refused));
            var answer = await HttpEdge.AnswerAsync(new DefaultHttpContext().Request, () => throw refused);
            Assert.Equal(503, ((ContentResult)answer).StatusCode);
        }

        account.HasTheRole = true;
        await SignAsync();

        Assert.Equal(2, account.Log.Lines.Count);
        Assert.Contains("Storage Blob Delegator", account.Log.Lines.First().Text, StringComparison.Ordinal);

        ValueTask<SignedUpload> SignAsync() =>
            store.SignAsync("run/1/output/a.bin", TimeSpan.FromHours(1), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Sign_ClockWasSetBack_UsesNoKeyOfTheFuture()
    {
        var clock = new SettableClock(new DateTimeOffset(2026, 1, 2, 0, 0, 0, TimeSpan.Zero));
        var account = new DelegatingAccount(clock);
        using var store = account.Open();
        await store.SignAsync("run/1/output/a.bin", TimeSpan.FromHours(1), TestContext.Current.CancellationToken);

        clock.Set(TimeSpan.FromDays(-1));
        var later = await store.SignAsync("run/1/output/b.bin", TimeSpan.FromHours(1), TestContext.Current.CancellationToken);

        Assert.Equal(2, account.Keys);
        Assert.Contains("skt=2026-01-0", later.Url.Query, StringComparison.Ordinal);
        Assert.DoesNotContain("skt=2026-01-02", later.Url.Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FindPrepared_UrlsWhoseLifeWasCut_AreNotTakenForOnesThatLiveLonger()
    {
        var clock = new VirtualTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        using var store = new DelegatingAccount(clock).Open();
        await using var local = await LocalStorage.StartAsync(
            new LocalStorageOptions { Listen = false },
            TestContext.Current.CancellationToken
        );
        var prepared = new PreparedUrls(
            new BlobContainers(new BlobServiceClient(local.ConnectionString, new BlobClientOptions { Transport = local.Transport })),
            clock
        );
        var urls = new OutputUrls(store, prepared, Options.Create(new DurableOptions()), Options.Create(new ComputeHordeOptions()));

        await urls.PrepareAsync(
            "run",
            ["/output/a.bin"],
            life: TimeSpan.FromDays(5),
            wait: TimeSpan.FromDays(30),
            TestContext.Current.CancellationToken
        );

        Assert.NotNull(await prepared.FindAsync("run", TimeSpan.FromDays(6), TestContext.Current.CancellationToken));
        Assert.Null(await prepared.FindAsync("run", TimeSpan.FromDays(8), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Inspect_MoreBytesThanMayBeHashed_HashesTheSmallestAndShowsAll()
    {
        await using var horde = await HordeFixture.StartAsync(
            new HordeFixtureOptions
            {
                InMemory = true,
                Settings = new Dictionary<string, string?> { ["ComputeHorde__MaxHashedOutputBytes"] = "5000" },
            }
        );
        string[] outputs = ["/output/large", "/output/small", "/output/middle", "/output/missing"];
        foreach (var (path, size) in outputs.Zip([100_000, 10, 4_000]))
        {
            await horde.UploadAsync("outputs", OutputUrls.BlobName(new AttemptKey("run", 1), path), new string('x', size));
        }

        var found = await horde
            .Functions.Services.GetRequiredService<OutputUrls>()
            .InspectAsync(outputs, new AttemptKey("run", 1), TestContext.Current.CancellationToken);

        Assert.Equal([100_000L, 10L, 4_000L, null], found.Values.Select(static output => output?.Size));
        Assert.Equal([false, true, true, false], found.Values.Select(static output => output?.Sha256 is not null));
        Assert.NotNull(found["/output/large"]!.Md5);
        Assert.Equal([true, false, false, false], found.Values.Select(static output => output?.ETag is not null));
    }

    /// <summary>An account that is signed for with user-delegation keys, which it counts.</summary>
    private sealed class DelegatingAccount(TimeProvider clock) : HttpMessageHandler
    {
        public int Keys { get; private set; }

        public bool HasTheRole { get; set; } = true;

        public CollectedLog Log { get; } = new(output: null);

        public AzureOutputStore Open()
        {
            var service = new BlobServiceClient(
                new Uri("https://account.blob.core.windows.net/"),
                new Identity(),
                new BlobClientOptions { Transport = new HttpClientTransport(this) }
            );
            var loggers = LoggerFactory.Create(logging => logging.AddProvider(Log));
            return new AzureOutputStore(service, new BlobContainers(service), new Outages(clock, loggers.CreateLogger<Outages>()), clock);
        }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (!request.RequestUri!.Query.Contains("userdelegationkey", StringComparison.Ordinal))
            {
                return Task.FromResult(new HttpResponseMessage(HttpStatusCode.Created) { Content = new ByteArrayContent([]) });
            }

            if (!HasTheRole)
            {
                var refused = new HttpResponseMessage(HttpStatusCode.Forbidden) { Content = new StringContent("") };
                refused.Headers.Add("x-ms-error-code", "AuthorizationPermissionMismatch");
                return Task.FromResult(refused);
            }

            Keys++;
            var (now, until) = (clock.GetUtcNow(), clock.GetUtcNow() + TimeSpan.FromDays(7));
            return Task.FromResult(
                new HttpResponseMessage(HttpStatusCode.OK)
                {
                    Content = new StringContent(
                        $"""
                        <?xml version="1.0" encoding="utf-8"?><UserDelegationKey><SignedOid>{Guid.Empty}</SignedOid><SignedTid>{Guid.Empty}</SignedTid><SignedStart>{now:s}Z</SignedStart>
                        <SignedExpiry>{until:s}Z</SignedExpiry><SignedService>b</SignedService><SignedVersion>2025-01-05</SignedVersion><Value>AAAA</Value></UserDelegationKey>
                        """,
                        Encoding.UTF8,
                        "application/xml"
                    ),
                }
            );
        }
    }

    private sealed class Identity : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new("token", DateTimeOffset.MaxValue);

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            ValueTask.FromResult(GetToken(requestContext, cancellationToken));
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
