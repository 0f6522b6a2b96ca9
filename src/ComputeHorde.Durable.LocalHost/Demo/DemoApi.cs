using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using ComputeHorde.Durable.LocalHost.Commands;
using ComputeHorde.Durable.LocalHost.Demo.Answers;

namespace ComputeHorde.Durable.LocalHost.Demo;

/// <summary>The functions' HTTP API as a caller sees it.</summary>
internal sealed class DemoApi(Uri address) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2),
        Glance = TimeSpan.FromMilliseconds(100);

    private readonly HttpClient _http = new() { BaseAddress = address, Timeout = TimeSpan.FromSeconds(30) };

    public void Dispose() => _http.Dispose();

    public async Task StartAsync(string id, JsonObject job, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "jobs")
        {
            Content = new StringContent(job.ToJsonString(), Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("Idempotency-Key", id);
        using var answer = await _http.SendAsync(request, cancellationToken);
        if (answer.StatusCode != HttpStatusCode.Accepted)
        {
            throw new UserException(
                $"The start was answered with {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellationToken)}"
            );
        }
    }

    public async Task<T> GetAsync<T>(string path, CancellationToken cancellationToken) =>
        AnswerJson.Read<T>(await GetTextAsync(path, cancellationToken));

    public Task<byte[]> GetBytesAsync(string path, CancellationToken cancellationToken) =>
        _http.GetByteArrayAsync(new Uri(path, UriKind.Relative), cancellationToken);

    public Task<string> GetTextAsync(string path, CancellationToken cancellationToken) =>
        _http.GetStringAsync(new Uri(path, UriKind.Relative), cancellationToken);

    /// <summary>A run whenever it looks different, until it has ended.</summary>
    public IAsyncEnumerable<RunAnswer> RunAsync(string id, CancellationToken cancellationToken) =>
        StatesAsync<RunAnswer>($"jobs/{id}", static run => (run.Status, run.Progress), static run => run.HasEnded, cancellationToken);

    /// <summary>What the check of an ended run found.</summary>
    public async Task<RunAnswer.Finding> VerdictAsync(string id, CancellationToken cancellationToken)
    {
        RunAnswer.Finding? check = null;
        await foreach (
            var run in StatesAsync<RunAnswer>(
                $"jobs/{id}",
                static run => run.Check!.Verdict,
                static run => run.Check!.Verdict != "pending",
                cancellationToken
            )
        )
        {
            check = run.Check;
        }

        return check!;
    }

    /// <summary>A batch whenever it looks different, from when it is known until it has ended.</summary>
    public IAsyncEnumerable<BatchAnswer> BatchAsync(string id, CancellationToken cancellationToken) =>
        StatesAsync<BatchAnswer>(
            $"batches/{id}",
            static batch => (batch.Status, batch.Progress),
            static batch => batch.HasEnded,
            cancellationToken
        );

    private async IAsyncEnumerable<T> StatesAsync<T>(
        string path,
        Func<T, object> look,
        Func<T, bool> hasEnded,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        using var glance = new PeriodicTimer(Glance);
        object? shown = null;
        for (var ended = false; !ended;)
        {
            await glance.WaitForNextTickAsync(patience.Token);
            T state;
            try
            {
                state = await GetAsync<T>(path, patience.Token);
            }
            catch (HttpRequestException exception) when (exception.StatusCode == HttpStatusCode.NotFound && shown is null)
            {
                continue;
            }

            ended = hasEnded(state);
            if (!look(state).Equals(shown))
            {
                shown = look(state);
                yield return state;
            }
        }
    }
}
