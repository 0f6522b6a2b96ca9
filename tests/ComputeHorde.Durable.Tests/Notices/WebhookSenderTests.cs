using System.Net;
using System.Net.Sockets;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Notices;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Durable.Tests.Notices;

/// <summary>Addresses that are not of the public internet see no packet, whatever name leads to them.</summary>
public sealed class WebhookSenderTests
{
    private static readonly string Secret = "whsec_" + Convert.ToBase64String(new byte[32]);

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("192.0.1.1", true)]
    [InlineData("100.63.255.255", true)]
    [InlineData("172.32.0.1", true)]
    [InlineData("2606:4700::1111", true)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("100.127.255.255", false)]
    [InlineData("127.8.8.8", false)]
    [InlineData("168.63.129.16", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("192.0.0.192", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("198.19.255.255", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::127.0.0.1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("::ffff:0:10.0.0.1", false)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("64:ff9b:1::1", false)]
    [InlineData("2001::1", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("3fff::1", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fd00:ec2::254", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fec0::1", false)]
    [InlineData("ff02::1", false)]
    public void Contains_AnyAddress_IsThePublicInternetOnly(string address, bool isPublic) =>
        Assert.Equal(isPublic, PublicAddresses.Contains(IPAddress.Parse(address)));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::ffff:127.0.0.1")]
    public async Task Post_NameLeadsHome_SendsNoPacket(string leadsTo)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var sender = Sender(_ => [IPAddress.Parse(leadsTo)]);

        var sent = await PostAsync(sender, listener);

        Assert.Equal((SendStatus.Failed, new ForbiddenAddressException().Message), (sent.Status, sent.Problem));
        Assert.False(listener.Pending());
    }

    /// <summary>The name is looked up once for a connection, so a second answer has no effect on the first.</summary>
    [Fact]
    public async Task Post_NameLeadsElsewhereTheSecondTime_IsJudgedEachTime()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var lookups = 0;

        // 192.0.2.0/24 and loopback are both forbidden: the first look-up must not make the second one good.
        using var sender = Sender(_ => [++lookups == 1 ? IPAddress.Parse("192.0.2.1") : IPAddress.Loopback]);

        Assert.All(
            [await PostAsync(sender, listener), await PostAsync(sender, listener)],
            static sent => Assert.Equal(SendStatus.Failed, sent.Status)
        );
        Assert.Equal(2, lookups);
        Assert.False(listener.Pending());
    }

    [Fact]
    public async Task Post_NobodyListens_FailsWithoutTheAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        using var sender = Sender(new WebhookConnections(Options.Create(new DurableOptions { WebhookAllowPrivate = true })));

        var sent = await sender.PostAsync(
            new Uri($"http://127.0.0.1:{port}/?token=secret"),
            "msg_1",
            "{}",
            TestContext.Current.CancellationToken
        );

        Assert.Equal(SendStatus.Failed, sent.Status);
        Assert.DoesNotContain("127.0.0.1", sent.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", sent.Problem, StringComparison.Ordinal);
    }

    private static WebhookSender Sender(Func<string, IPAddress[]> resolve) =>
        Sender(new WebhookConnections(Options.Create(new DurableOptions())) { Resolve = (name, _) => Task.FromResult(resolve(name)) });

    private static WebhookSender Sender(WebhookConnections connections) =>
        new(
            Options.Create(new DurableOptions { WebhookSecret = Secret }),
            TimeProvider.System,
            new OneHandler(connections.CreateHandler())
        );

    private sealed class OneHandler(HttpMessageHandler handler) : IHttpClientFactory
    {
        public HttpClient CreateClient(string name) => new(handler, disposeHandler: true);
    }

    private static Task<SendNoticeOutcome> PostAsync(WebhookSender sender, TcpListener listener) =>
        sender.PostAsync(
            new Uri($"https://hooks.example:{((IPEndPoint)listener.LocalEndpoint).Port}/"),
            "msg_1",
            "{}",
            TestContext.Current.CancellationToken
        );
}
