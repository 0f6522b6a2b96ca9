using System.IO.Pipelines;
using System.Text;
using ComputeHorde.Durable.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace ComputeHorde.Durable.Tests.Http;

public sealed class RequestBodyTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly Pipe _sent = new();

    [Fact]
    public async Task ReadJson_SentPieceByPieceForTooLong_IsRefusedAt30Seconds()
    {
        var reading = ReadAsync(TestContext.Current.CancellationToken);
        foreach (var piece in new[] { "{", "\"a\"", ":" })
        {
            await _sent.Writer.WriteAsync(Encoding.UTF8.GetBytes(piece), TestContext.Current.CancellationToken);
            _time.Advance(TimeSpan.FromSeconds(9.9));
            Assert.False(reading.IsCompleted);
        }

        _time.Advance(TimeSpan.FromSeconds(0.3));

        var refused = await Assert.ThrowsAsync<HttpProblemException>(() => reading);
        Assert.Equal((408, "body"), (refused.Status, refused.Problem.Field));
        Assert.Contains("30 seconds", refused.Problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadJson_CompleteJustInTime_IsRead()
    {
        var reading = ReadAsync(TestContext.Current.CancellationToken);
        await _sent.Writer.WriteAsync("{\"a\":"u8.ToArray(), TestContext.Current.CancellationToken);
        _time.Advance(TimeSpan.FromSeconds(29.9));
        await _sent.Writer.WriteAsync("1}"u8.ToArray(), TestContext.Current.CancellationToken);
        await _sent.Writer.CompleteAsync();

        Assert.Equal("{\"a\":1}", (await reading).ToString());
    }

    [Fact]
    public async Task ReadJson_CallerGoesAway_IsNoTimeout()
    {
        using var gone = new CancellationTokenSource();
        var reading = ReadAsync(gone.Token);

        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    private Task<BinaryData> ReadAsync(CancellationToken cancellationToken)
    {
        var context = new DefaultHttpContext();
        (context.Request.ContentType, context.Request.Body) = ("application/json", _sent.Reader.AsStream());
        return RequestBody.ReadJsonAsync(context.Request, 1000, _time, cancellationToken);
    }
}
