using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace ComputeHorde.Fallback;

/// <summary>
/// RunPod Pods by REST v2. A pod whose command has ended is started again, endlessly, and costs until it is deleted: the wrapper never
/// ends, and deleting is this library's duty.
/// </summary>
public sealed class RunPodProvider : IFallbackProvider
{
    private const int MaxLogBytes = 64 * 1024;

    private static readonly string[] Shell = ["/bin/sh", "-c"];

    private readonly HttpClient _client;
    private readonly RunPodOptions _options;
    private readonly TimeProvider _time;
    private readonly ProviderHttp _http;

    /// <summary>Creates the provider.</summary>
    /// <param name="httpClient">Sends the requests; is not disposed. Should not follow redirects: they would carry the key on.</param>
    /// <param name="options">The key and the settings.</param>
    /// <param name="timeProvider">The clock; default the system's.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public RunPodProvider(HttpClient httpClient, RunPodOptions options, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(httpClient);
        ArgumentNullException.ThrowIfNull(options);
        if (string.IsNullOrWhiteSpace(options.ApiKey))
        {
            throw new ArgumentException($"{nameof(RunPodOptions.ApiKey)} is needed.", nameof(options));
        }

        if (!options.BaseAddress.IsAbsoluteUri || !(options.BaseAddress.Scheme == Uri.UriSchemeHttps || options.BaseAddress.IsLoopback))
        {
            throw new ArgumentException(
                $"{nameof(RunPodOptions.BaseAddress)} must be an https address: the key is sent there.",
                nameof(options)
            );
        }

        _client = httpClient;
        _options = options with { BaseAddress = new Uri(options.BaseAddress.AbsoluteUri.TrimEnd('/') + "/") };
        _time = timeProvider ?? TimeProvider.System;
        _http = new ProviderHttp(httpClient, "RunPod", options.RequestTimeout, options.MaxRetries, _time);
    }

    /// <inheritdoc/>
    public string Name => "runpod";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<MachineOffer>> GetOffersAsync(string executorClass, CancellationToken cancellationToken = default)
    {
        var wanted = RunPodGpus.Of(executorClass);
        if (wanted.Count == 0)
        {
            var cpus = RunPodGpus.Cpus(executorClass);
            return
            [
                .. RunPodGpus.CpuFlavours.Select(flavour => new MachineOffer($"{flavour}/{cpus}", _options.CpuUsdPerHour)
                {
                    HasGpu = false,
                }),
            ];
        }

        var answer = await _http.SendAsync(
            Request(HttpMethod.Get, $"catalog/gpus?include=AVAILABILITY&product=POD&count=1&cloud={_options.Cloud}"),
            cancellationToken
        );
        var price = _options.Cloud.ToLowerInvariant();
        return
        [
            .. answer
                .Read<RunPodCatalogue>()
                .Gpus.Where(gpu => wanted.Contains(gpu.Id) && gpu.Availability != "NONE")
                .Select(gpu => (gpu.Id, Price: gpu.Price?.GetValueOrDefault(price)))
                .Where(static gpu => gpu.Price is > 0)
                .Select(static gpu => new MachineOffer(gpu.Id, gpu.Price!.Value))
                .OrderBy(static offer => offer.UsdPerHour),
        ];
    }

    /// <inheritdoc/>
    public async Task<Machine> CreateAsync(MachinePlan plan, MachineOffer offer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(offer);
        var body = new RunPodCreate(plan.Name, plan.Image)
        {
            Gpu = offer.HasGpu ? new RunPodGpu(offer.Id, 1) : null,
            Cpu = offer.HasGpu ? null : new RunPodCpu(offer.Id.Split('/')[0], int.Parse(offer.Id.Split('/')[1])),
            Args = Args(plan),
            Env = new Dictionary<string, string>(plan.Env, StringComparer.Ordinal)
            {
                ["CH_SCRIPT"] = plan.Script,
                ["CH_RUNPOD"] = _options.BaseAddress.AbsoluteUri.TrimEnd('/'),
            },
            Disk = _options.DiskGb,
            Cloud = _options.Cloud,
            Registry = _options.RegistryId,
        };
        try
        {
            var answer = await _http.SendOnceAsync(Request(HttpMethod.Post, "pods", body), cancellationToken);
            return ToMachine(answer.Read<RunPodPod>());
        }
        catch (ProviderRefusal refusal)
        {
            // 400 says "no capacity" and "rule broken" alike, and 403 can be this kind of machine only.
            throw refusal.Status is HttpStatusCode.BadRequest or HttpStatusCode.Forbidden
                ? refusal.Make(FallbackFailure.NoCapacity)
                : refusal.ToException();
        }
    }

    /// <inheritdoc/>
    public Task EnsureStartedAsync(string id, CancellationToken cancellationToken = default) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task<Machine?> GetAsync(string id, CancellationToken cancellationToken = default)
    {
        var answer = await _http.SendAsync(
            Request(HttpMethod.Get, $"pods/{Uri.EscapeDataString(id)}"),
            cancellationToken,
            HttpStatusCode.NotFound
        );
        return answer.Status == HttpStatusCode.NotFound || answer.Read<RunPodPod>() is not { Status: not "TERMINATED" } pod
            ? null
            : ToMachine(pod);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Machine>> ListAsync(string prefix, CancellationToken cancellationToken = default)
    {
        var answer = await _http.SendAsync(Request(HttpMethod.Get, "pods"), cancellationToken);
        return
        [
            .. answer
                .Read<RunPodList>()
                .Pods.Where(pod => pod.Name.StartsWith(prefix, StringComparison.Ordinal) && pod.Status != "TERMINATED")
                .Select(ToMachine),
        ];
    }

    /// <inheritdoc/>
    public Task TerminateAsync(string id, CancellationToken cancellationToken = default) =>
        _http.SendAsync(Request(HttpMethod.Delete, $"pods/{Uri.EscapeDataString(id)}"), cancellationToken, HttpStatusCode.NotFound);

    /// <inheritdoc/>
    public async Task<string> ReadLogsAsync(string id, CancellationToken cancellationToken = default)
    {
        // A live stream without an end: what has come after a while is all there is.
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(3), _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        var log = new StringBuilder();
        try
        {
            using var request = await Request(HttpMethod.Get, $"pods/{Uri.EscapeDataString(id)}/logs?source=container&tail=200")(
                linked.Token
            );
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, linked.Token);
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(linked.Token));
            while (response.IsSuccessStatusCode && log.Length < MaxLogBytes && await reader.ReadLineAsync(linked.Token) is { } line)
            {
                if (line.StartsWith("data:", StringComparison.Ordinal))
                {
                    using var entry = JsonDocument.Parse(line.AsMemory(5));
                    log.AppendLine(entry.RootElement.GetProperty("line").GetString());
                }
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // For diagnosis only: whatever keeps from reading it, there is as much as has come.
            _ = exception;
        }

        return log.ToString();
    }

    /// <inheritdoc/>
    public async Task<decimal?> GetCostAsync(string id, CancellationToken cancellationToken = default)
    {
        var answer = await _http.SendAsync(
            Request(HttpMethod.Get, $"billing/pods?podId={Uri.EscapeDataString(id)}"),
            cancellationToken,
            HttpStatusCode.NotFound
        );
        if (answer.Status == HttpStatusCode.NotFound)
        {
            return null;
        }

        var billing = answer.Read<RunPodBilling>();
        var amounts = (billing.Pods ?? billing.Records ?? [])
            .Where(entry => entry.PodId is null || entry.PodId == id)
            .Select(static entry => entry.TotalAmount ?? 0)
            .ToList();
        return amounts.Sum() is > 0 and var billed ? billed : null;
    }

    private string Args(MachinePlan plan)
    {
        var isPlain =
            _options.ArgsForm == RunPodArgsForm.Plain || (_options.ArgsForm == RunPodArgsForm.Auto && plan.HasEntrypoint == false);
        return isPlain
            ? $"/bin/sh -c '{plan.Bootstrap}'"
            : JsonSerializer.Serialize(new { entrypoint = Shell, cmd = new[] { plan.Bootstrap } }, ProviderJson.Options);
    }

    private Machine ToMachine(RunPodPod pod) =>
        new(
            pod.Id,
            pod.Name,
            pod.Status switch
            {
                "PROVISIONING" or "STARTING" => MachineState.Starting,
                "RUNNING" when pod.Runtime is { ValueKind: JsonValueKind.Object } => MachineState.Running,
                "RUNNING" => MachineState.Starting,
                "EXITED" or "ERROR" or "TERMINATED" => MachineState.Ended,
                _ => MachineState.Unknown,
            },
            pod.CreatedAt ?? _time.GetUtcNow()
        )
        {
            UsdPerHour = pod.Cost is > 0 ? pod.Cost : null,
            RawState = pod.Status,
        };

    private Func<CancellationToken, ValueTask<HttpRequestMessage>> Request(HttpMethod method, string path, object? body = null) =>
        _ =>
        {
            var message = new HttpRequestMessage(method, new Uri(_options.BaseAddress, path));
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _options.ApiKey);
            message.Content = body is null ? null : JsonContent.Create(body, body.GetType(), options: ProviderJson.Options);
            return ValueTask.FromResult(message);
        };
}
