using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ComputeHorde.Emulator;

/// <summary>Takes requests to the emulator without a socket, and breaks off where it would have broken off the connection.</summary>
internal sealed class InProcessHandler(Func<HttpContext, Task> app, TimeProvider time) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var lifetime = new Lifetime(cancellationToken);
        var http = new DefaultHttpContext();
        http.Features.Set<IHttpRequestLifetimeFeature>(lifetime);
        await FillAsync(http.Request, request, cancellationToken);
        using var body = new MemoryStream();
        http.Response.Body = body;
        await app(http);
        if (lifetime.IsAborted && body.Length == 0)
        {
            throw new HttpRequestException(HttpRequestError.ResponseEnded, "The response ended prematurely.");
        }

        byte[] content = body.ToArray();
        return Answer(http.Response, lifetime.IsAborted ? new StreamContent(new CutStream(content)) : new ByteArrayContent(content));
    }

    private static async Task FillAsync(HttpRequest target, HttpRequestMessage request, CancellationToken ct)
    {
        Uri uri = request.RequestUri!;
        target.Method = request.Method.Method;
        target.Scheme = uri.Scheme;
        target.Host = new HostString(uri.Authority);
        target.Path = PathString.FromUriComponent(uri);
        target.QueryString = QueryString.FromUriComponent(uri);
        foreach ((string name, IEnumerable<string> values) in request.Headers.Concat(request.Content?.Headers.AsEnumerable() ?? []))
        {
            target.Headers[name] = string.Join(", ", values);
        }

        if (request.Content is not null)
        {
            byte[] content = await request.Content.ReadAsByteArrayAsync(ct);
            target.ContentLength = content.Length;
            target.Body = new MemoryStream(content, writable: false);
        }
    }

    private HttpResponseMessage Answer(HttpResponse response, HttpContent content)
    {
        var answer = new HttpResponseMessage((HttpStatusCode)response.StatusCode) { Content = content };
        answer.Headers.Date = time.GetUtcNow();
        foreach ((string name, var values) in response.Headers)
        {
            if (!answer.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
            {
                content.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }

        return answer;
    }

    private sealed class Lifetime : IHttpRequestLifetimeFeature, IDisposable
    {
        private readonly CancellationTokenSource _aborted;

        public Lifetime(CancellationToken cancellation)
        {
            _aborted = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            RequestAborted = _aborted.Token;
        }

        public bool IsAborted { get; private set; }

        public CancellationToken RequestAborted { get; set; }

        public void Abort() => IsAborted = true;

        public void Dispose() => _aborted.Dispose();
    }

    /// <summary>Ends with the error of a broken connection instead of with its last byte.</summary>
    private sealed class CutStream(byte[] content) : MemoryStream(content, writable: false)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position < Length ? base.ReadAsync(buffer, cancellationToken) : throw new IOException("The response ended prematurely.");

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            Position < Length
                ? base.ReadAsync(buffer, offset, count, cancellationToken)
                : throw new IOException("The response ended prematurely.");

        public override int Read(byte[] buffer, int offset, int count) =>
            Position < Length ? base.Read(buffer, offset, count) : throw new IOException("The response ended prematurely.");
    }
}
