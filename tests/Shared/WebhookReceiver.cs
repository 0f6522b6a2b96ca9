using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace ComputeHorde.Testing;

/// <summary>
/// A server that is told things by webhooks: takes what it gets, and answers as its test says. Signatures are verified by the published
/// algorithm, not by the package that made them.
/// </summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    /// <summary>An answer that never comes.</summary>
    public const int Hang = 0;

    private readonly HttpListener _listener = new();
    private readonly ConcurrentQueue<ReceivedNotice> _received = new();
    private readonly Func<ReceivedNotice, Task<int>> _answer;
    private readonly Func<IDisposable>? _busy;
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly Task _serving;

    private WebhookReceiver(int port, Func<ReceivedNotice, Task<int>> answer, Func<IDisposable>? busy)
    {
        (_answer, _busy) = (answer, busy);
        Url = $"http://127.0.0.1:{port}/hook/{PathToken}?token={PathToken}";
        _listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        _listener.Start();
        _serving = ServeAsync();
    }

    /// <summary>A secret that the address holds.</summary>
    public string PathToken { get; } = "hook-token-0123456789";

    public string Url { get; }

    public string Secret => "whsec_" + Convert.ToBase64String(_key);

    /// <summary>Where a 3xx leads.</summary>
    public string? RedirectTo { get; set; }

    public IReadOnlyCollection<ReceivedNotice> Received => _received;

    public static WebhookReceiver Start(Func<ReceivedNotice, int> answer, Func<IDisposable>? busy = null) =>
        Start(notice => Task.FromResult(answer(notice)), busy);

    /// <summary>On a port of its own, for HttpListener takes no port 0.</summary>
    public static WebhookReceiver Start(Func<ReceivedNotice, Task<int>> answer, Func<IDisposable>? busy = null) =>
        new(FreePort.Take(), answer, busy);

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                _ = AnswerAsync(await _listener.GetContextAsync());
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        using var held = _busy?.Invoke();
        try
        {
            var notice = await ReadAsync(context.Request);
            _received.Enqueue(notice);
            var status = await _answer(notice);
            if (status == Hang)
            {
                return;
            }

            context.Response.StatusCode = status;
            if (RedirectTo is { } location && status is >= 300 and < 400)
            {
                context.Response.Headers["Location"] = location;
            }

            context.Response.Close();
        }
        catch (Exception exception) when (exception is HttpListenerException or IOException or ObjectDisposedException)
        {
            // The sender went away.
        }
    }

    private async Task<ReceivedNotice> ReadAsync(HttpListenerRequest request)
    {
        using var reader = new StreamReader(request.InputStream, Encoding.UTF8);
        var payload = await reader.ReadToEndAsync();
        var (id, timestamp) = (request.Headers["webhook-id"]!, request.Headers["webhook-timestamp"]!);
        var expected = "v1," + Convert.ToBase64String(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{id}.{timestamp}.{payload}")));
        return new ReceivedNotice(
            id,
            DateTimeOffset.FromUnixTimeSeconds(long.Parse(timestamp, CultureInfo.InvariantCulture)),
            JsonNode.Parse(payload)!.AsObject(),
            request.Headers["webhook-signature"]!.Split(' ').Contains(expected)
        );
    }
}

/// <summary>What a receiver was told.</summary>
internal sealed record ReceivedNotice(string Id, DateTimeOffset At, JsonObject Body, bool IsGenuine)
{
    public string Type => (string)Body["type"]!;
}
