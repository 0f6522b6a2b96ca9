using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Azure.Core;

namespace ComputeHorde.Fallback;

/// <summary>
/// Azure Container Apps jobs: one job definition for each attempt, made, started without a body and deleted at the end, because a start
/// cannot carry volumes.
/// Azure itself ends what runs too long (<c>replicaTimeout</c>).
/// </summary>
public sealed class ContainerAppsProvider : IFallbackProvider
{
    private static readonly string[] Unfinished = ["Running", "Processing", "Unknown"];

    private readonly ContainerAppsOptions _options;
    private readonly TokenCredential _credential;
    private readonly TimeProvider _time;
    private readonly ProviderHttp _http;
    private readonly string _jobs;

    /// <summary>Creates the provider.</summary>
    /// <param name="httpClient">Sends the requests; is not disposed. Should not follow redirects: they would carry the token on.</param>
    /// <param name="credential">Who asks: on Azure <c>ManagedIdentityCredential</c> of Azure.Identity.</param>
    /// <param name="options">Where the jobs are made, and on what.</param>
    /// <param name="timeProvider">The clock; default the system's.</param>
    public ContainerAppsProvider(
        HttpClient httpClient,
        TokenCredential credential,
        ContainerAppsOptions options,
        TimeProvider? timeProvider = null
    )
    {
        ArgumentNullException.ThrowIfNull(httpClient);
        ArgumentNullException.ThrowIfNull(credential);
        ArgumentNullException.ThrowIfNull(options);
        if (!(options.BaseAddress.Scheme == Uri.UriSchemeHttps || options.BaseAddress.IsLoopback))
        {
            throw new ArgumentException(
                $"{nameof(ContainerAppsOptions.BaseAddress)} must be an https address: a token is sent there.",
                nameof(options)
            );
        }

        (_credential, _options, _time) = (credential, options, timeProvider ?? TimeProvider.System);
        _http = new ProviderHttp(httpClient, "Azure Container Apps", options.RequestTimeout, options.MaxRetries, _time);
        _jobs = $"subscriptions/{options.SubscriptionId}/resourceGroups/{options.ResourceGroup}/providers/Microsoft.App/jobs";
    }

    /// <inheritdoc/>
    public string Name => "container-apps";

    /// <inheritdoc/>
    public Task<IReadOnlyList<MachineOffer>> GetOffersAsync(string executorClass, CancellationToken cancellationToken = default) =>
        _options.Machines.TryGetValue(executorClass, out var machine)
            ? Task.FromResult<IReadOnlyList<MachineOffer>>([
                new MachineOffer(executorClass, machine.UsdPerHour) { HasGpu = machine.HasGpu },
            ])
            : throw new FallbackException(
                FallbackFailure.NoMapping,
                $"executor_class: no Container Apps machine is set for '{executorClass}'."
            );

    /// <inheritdoc/>
    public async Task<Machine> CreateAsync(MachinePlan plan, MachineOffer offer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(offer);
        try
        {
            await _http.SendOnceAsync(
                Request(HttpMethod.Put, $"{_jobs}/{plan.Name}", Definition(plan, _options.Machines[offer.Id])),
                cancellationToken
            );
            await StartAsync(plan.Name, cancellationToken);
        }
        catch (ProviderRefusal refusal)
        {
            // Quotas and profiles without room are told as 400 and 409, with codes that differ from service to service.
            throw refusal.Status is HttpStatusCode.BadRequest or HttpStatusCode.Conflict
                ? refusal.Make(FallbackFailure.NoCapacity)
                : refusal.ToException();
        }

        return new Machine(plan.Name, plan.Name, MachineState.Starting, _time.GetUtcNow()) { UsdPerHour = offer.UsdPerHour };
    }

    /// <inheritdoc/>
    public async Task EnsureStartedAsync(string id, CancellationToken cancellationToken = default)
    {
        try
        {
            await StartAsync(id, cancellationToken);
        }
        catch (ProviderRefusal refusal)
        {
            throw refusal.ToException();
        }
    }

    /// <inheritdoc/>
    public async Task<Machine?> GetAsync(string id, CancellationToken cancellationToken = default)
    {
        if (await FindAsync(id, cancellationToken) is not { } job)
        {
            return null;
        }

        var machine = ToMachine(job);
        if (machine.State == MachineState.Ended || await ExecutionsAsync(id, cancellationToken) is not [.., _] executions)
        {
            return machine;
        }

        // Running says nothing of the image: the claim in storage does.
        var open = executions.FirstOrDefault(static execution => Unfinished.Contains(execution.Properties?.Status));
        var status = (open ?? executions[^1]).Properties?.Status ?? "";
        return machine with
        {
            State =
                open is null ? MachineState.Ended
                : status == "Running" ? MachineState.Running
                : MachineState.Unknown,
            RawState = status,
        };
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Machine>> ListAsync(string prefix, CancellationToken cancellationToken = default)
    {
        var machines = new List<Machine>();
        var next = Request(HttpMethod.Get, _jobs);
        while (true)
        {
            var page = (await _http.SendAsync(next, cancellationToken)).Read<ArmPage<ArmJob>>();
            machines.AddRange(page.Value.Where(job => job.Name?.StartsWith(prefix, StringComparison.Ordinal) == true).Select(ToMachine));
            if (page.NextLink is not { } link)
            {
                return machines;
            }

            if (link.Authority != _options.BaseAddress.Authority)
            {
                throw new FallbackException(
                    FallbackFailure.Protocol,
                    "Azure's list of jobs goes on at another server; the token is not sent there."
                );
            }

            next = Request(HttpMethod.Get, link.AbsoluteUri);
        }
    }

    /// <inheritdoc/>
    public async Task TerminateAsync(string id, CancellationToken cancellationToken = default)
    {
        var started = _time.GetTimestamp();
        while (true)
        {
            var answer = await _http.SendAsync(
                Request(HttpMethod.Delete, $"{_jobs}/{id}"),
                cancellationToken,
                HttpStatusCode.NotFound,
                HttpStatusCode.Conflict
            );
            if (answer.Status is HttpStatusCode.NotFound or HttpStatusCode.NoContent || await FindAsync(id, cancellationToken) is null)
            {
                return;
            }

            if (_time.GetElapsedTime(started) > _options.ProvisioningTimeout)
            {
                throw new FallbackException(FallbackFailure.Unknown, $"Azure Container Apps still has job {id}, which is being deleted.");
            }

            await Task.Delay(_options.PollInterval, _time, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public Task<string> ReadLogsAsync(string id, CancellationToken cancellationToken = default) => Task.FromResult("");

    /// <inheritdoc/>
    public Task<decimal?> GetCostAsync(string id, CancellationToken cancellationToken = default) => Task.FromResult<decimal?>(null);

    private async Task StartAsync(string name, CancellationToken cancellationToken)
    {
        await ProvisionedAsync(name, cancellationToken);
        if ((await ExecutionsAsync(name, cancellationToken)).Count == 0)
        {
            await _http.SendOnceAsync(Request(HttpMethod.Post, $"{_jobs}/{name}/start"), cancellationToken);
        }
    }

    private async Task ProvisionedAsync(string name, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        while (true)
        {
            var state = (await FindAsync(name, cancellationToken))?.Properties.ProvisioningState;
            if (state is "Succeeded")
            {
                return;
            }

            if (state is "Failed" or "Canceled")
            {
                throw new FallbackException(FallbackFailure.NoCapacity, $"Azure Container Apps could not make job {name}: {state}.");
            }

            if (_time.GetElapsedTime(started) > _options.ProvisioningTimeout)
            {
                throw new FallbackException(
                    FallbackFailure.Unknown,
                    $"Azure Container Apps has not made job {name} within {_options.ProvisioningTimeout}."
                );
            }

            await Task.Delay(_options.PollInterval, _time, cancellationToken);
        }
    }

    private async Task<ArmJob?> FindAsync(string name, CancellationToken cancellationToken)
    {
        var answer = await _http.SendAsync(Request(HttpMethod.Get, $"{_jobs}/{name}"), cancellationToken, HttpStatusCode.NotFound);
        return answer.Status == HttpStatusCode.NotFound ? null : answer.Read<ArmJob>();
    }

    private async Task<IReadOnlyList<ArmExecution>> ExecutionsAsync(string name, CancellationToken cancellationToken) =>
        [
            .. (await _http.SendAsync(Request(HttpMethod.Get, $"{_jobs}/{name}/executions"), cancellationToken))
                .Read<ArmPage<ArmExecution>>()
                .Value.OrderBy(static execution => execution.Properties?.StartTime),
        ];

    private Machine ToMachine(ArmJob job) =>
        new(
            job.Name ?? "",
            job.Name ?? "",
            job.Properties.ProvisioningState is "Failed" or "Canceled" or "Deleting" ? MachineState.Ended : MachineState.Unknown,
            job.SystemData?.CreatedAt ?? _time.GetUtcNow()
        )
        {
            RawState = job.Properties.ProvisioningState ?? "",
        };

    private ArmJob Definition(MachinePlan plan, ContainerAppsMachine machine) =>
        new()
        {
            Location = _options.Location,
            Tags = plan.Tags,
            Properties = new ArmJobProperties
            {
                EnvironmentId = _options.EnvironmentId,
                WorkloadProfileName = machine.WorkloadProfile,
                Configuration = new ArmConfiguration(
                    "Manual",
                    (int)plan.Lifetime.TotalSeconds,
                    ReplicaRetryLimit: 0,
                    new ArmTrigger(1, 1),
                    [new ArmSecret("script", plan.Script)]
                ),
                Template = new ArmTemplate(
                    [
                        new ArmContainer(
                            "main",
                            plan.Image,
                            ["/bin/sh", "-c"],
                            [plan.Bootstrap],
                            [
                                new ArmEnv("CH_SCRIPT", null, "script"),
                                new ArmEnv("CH_EXIT", "1", null),
                                .. plan.Env.Select(static entry => new ArmEnv(entry.Key, entry.Value, null)),
                            ],
                            new ArmResources(machine.Cpu, $"{machine.MemoryGib}Gi"),
                            [new ArmMount("vol", "/volume"), new ArmMount("out", "/output")]
                        ),
                    ],
                    [new ArmVolume("vol", "EmptyDir"), new ArmVolume("out", "EmptyDir")]
                ),
            },
        };

    private Func<CancellationToken, ValueTask<HttpRequestMessage>> Request(HttpMethod method, string path, object? body = null) =>
        async cancellationToken =>
        {
            AccessToken token;
            try
            {
                token = await _credential.GetTokenAsync(
                    new TokenRequestContext(["https://management.azure.com/.default"]),
                    cancellationToken
                );
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // Credentials fail in ways of their own; nothing was asked, so nothing is known.
                throw new FallbackException(
                    FallbackFailure.Unknown,
                    $"No token for Azure: {exception.Message.ReplaceLineEndings(" ")}",
                    exception
                );
            }

            var uri = new Uri(_options.BaseAddress, path);
            var message = new HttpRequestMessage(
                method,
                uri.Query.Length > 0 ? uri : new Uri($"{uri.AbsoluteUri}?api-version={_options.ApiVersion}")
            );
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Token);
            message.Content = body is null ? null : JsonContent.Create(body, body.GetType(), options: ProviderJson.Options);
            return message;
        };
}
