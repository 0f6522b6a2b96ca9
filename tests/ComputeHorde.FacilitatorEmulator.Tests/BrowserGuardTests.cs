using System.Net;
using System.Text;

namespace ComputeHorde.Emulator.Tests;

/// <summary>Web pages of others cannot use the control endpoints.</summary>
public sealed class BrowserGuardTests
{
    [Theory]
    [InlineData("Host", "evil.example")]
    [InlineData("Host", "evil.example:80")]
    [InlineData("Host", "127.0.0.1.evil.example")]
    [InlineData("Host", "10.0.0.1")]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Origin", "http://127.0.0.1:1")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task Control_ForeignPage_IsRefused(string header, string value)
    {
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync();
        using var http = new HttpClient { BaseAddress = horde.BaseAddress };
        foreach (
            (HttpMethod method, string path) in new[]
            {
                (HttpMethod.Get, "emulator/jobs"),
                (HttpMethod.Get, ""),
                (HttpMethod.Post, "emulator/evict"),
                (HttpMethod.Delete, "emulator/faults"),
            }
        )
        {
            using var request = new HttpRequestMessage(method, path);
            Assert.True(request.Headers.TryAddWithoutValidation(header, value));
            Assert.Equal(HttpStatusCode.Forbidden, (await http.SendAsync(request)).StatusCode);
        }
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data")]
    public async Task Control_BodyThatAnyPageMaySend_IsRefused(string type)
    {
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync();
        using var http = new HttpClient { BaseAddress = horde.BaseAddress };
        using var body = new StringContent("{\"error_rate\":1}", Encoding.UTF8, type);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await http.PostAsync("emulator/faults", body)).StatusCode);
        Assert.Equal(0, horde.Faults.ErrorRate);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST")]
    [InlineData("127.0.0.1")]
    [InlineData("127.1.2.3")]
    [InlineData("[::1]")]
    public async Task Control_OwnPageAndTools_Pass(string host)
    {
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync();
        using var http = new HttpClient { BaseAddress = horde.BaseAddress };
        using var request = new HttpRequestMessage(HttpMethod.Get, "emulator/jobs");
        request.Headers.Host = $"{host}:{horde.BaseAddress.Port}";
        request.Headers.Add("Origin", $"http://{host}:{horde.BaseAddress.Port}");
        request.Headers.Add("Sec-Fetch-Site", "same-origin");
        Assert.Equal(HttpStatusCode.OK, (await http.SendAsync(request)).StatusCode);
    }
}
