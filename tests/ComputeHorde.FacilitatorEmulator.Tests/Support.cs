using System.Globalization;
using System.Net.Http.Headers;
using System.Numerics;
using System.Text;
using System.Text.Json.Nodes;
using ComputeHorde.Cryptography;
using ComputeHorde.Emulator.Python;
using ComputeHorde.Emulator.Wire;

namespace ComputeHorde.Emulator.Tests;

/// <summary>A client with a development key that speaks to an emulator as a careful SDK would.</summary>
internal sealed class TestClient : IDisposable
{
    public const string Alice = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
    public const string Bob = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty";

    private TestClient(Uri address, string uri)
    {
        Key = Sr25519KeyPair.FromUri(uri);
        Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = address };
    }

    public HttpClient Http { get; }

    public Sr25519KeyPair Key { get; }

    public string Token { get; private set; } = "";

    public static async Task<TestClient> LoginAsync(FacilitatorEmulator horde, string uri = "//Alice")
    {
        var client = new TestClient(horde.BaseAddress, uri);
        string nonce = (string)(await JsonAsync(await client.Http.GetAsync("auth/nonce")))!["nonce"]!;
        var login = new JsonObject
        {
            ["hotkey"] = client.Key.Address,
            ["signature"] = Convert.ToHexStringLower(client.Key.Sign(Encoding.UTF8.GetBytes(nonce))),
            ["nonce"] = nonce,
        };
        client.Token = (string)(await JsonAsync(await client.Http.PostAsync("auth/login", Body(login.ToJsonString()))))!["token"]!;
        client.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", client.Token);
        return client;
    }

    /// <summary>A client that has not logged in.</summary>
    public static TestClient WithKey(FacilitatorEmulator horde, string uri) => new(horde.BaseAddress, uri);

    public static PyDict Job(string image = "computehorde/echo:latest", params string[] args) =>
        new()
        {
            ["target_validator_hotkey"] = Bob,
            ["executor_class"] = "always_on.test",
            ["docker_image"] = image,
            ["job_namespace"] = "SN12.0",
            ["args"] = new PyList(args),
            ["env"] = new PyDict(),
            ["use_gpu"] = true,
            ["artifacts_dir"] = "/artifacts",
            ["on_trusted_miner"] = false,
            ["download_time_limit"] = (BigInteger)30,
            ["execution_time_limit"] = (BigInteger)30,
            ["streaming_start_time_limit"] = (BigInteger)5,
            ["upload_time_limit"] = (BigInteger)30,
            ["tag"] = "",
        };

    public HttpRequestMessage CreateRequest(PyDict body) =>
        Signed("api/v1/job-docker/", body, SignedFields.FromBody(PyJsonParser.Parse(PyJsonWriter.Compact(body))), "SignedFields");

    /// <summary>A POST whose signature covers <paramref name="payload"/>.</summary>
    public HttpRequestMessage Signed(string path, PyDict body, string payload, string scope)
    {
        string timestamp = "1767225600000000000";
        byte[] text = Encoding.UTF8.GetBytes(PyJsonWriter.DumpsSorted(payload));
        byte[] message = [.. BitConverter.GetBytes(ulong.Parse(timestamp, CultureInfo.InvariantCulture)).Reverse(), .. text];
        byte[] digest = new byte[64];
        Blake2b.Hash(message, digest);
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = Body(PyJsonWriter.Compact(body)) };
        request.Headers.Add("X-CH-Signature-Type", "bittensor");
        request.Headers.Add("X-CH-Signatory", Key.Address);
        request.Headers.Add("X-CH-Timestamp-NS", timestamp);
        request.Headers.Add("X-CH-Signature", Convert.ToBase64String(Key.Sign(digest)));
        request.Headers.Add("X-CH-Signature-Scope", scope);
        return request;
    }

    public async Task<string> CreateAsync(PyDict body)
    {
        using HttpResponseMessage answer = await Http.SendAsync(CreateRequest(body));
        string text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == 201, $"{(int)answer.StatusCode}: {text}");
        return (string)JsonNode.Parse(text)!["uuid"]!;
    }

    public async Task<HttpResponseMessage> ReportCheatAsync(PyDict body) =>
        await Http.SendAsync(Signed("api/v1/cheated-job/", body, PyJsonWriter.DumpsSorted(body), "FullRequest"));

    public async Task<JsonNode> GetAsync(string uuid) => (await JsonAsync(await Http.GetAsync($"api/v1/jobs/{uuid}/")))!;

    /// <summary>Polls until a status of the history satisfies the caller; fails after minutes.</summary>
    public async Task<JsonNode> WaitAsync(string uuid, Func<string, bool> status)
    {
        var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        while (true)
        {
            JsonNode job = await GetAsync(uuid);
            if (Statuses(job).Any(status))
            {
                return job;
            }

            Assert.False(limit.IsCancellationRequested, $"Still {string.Join(',', Statuses(job))}");
            await Task.Delay(10);
        }
    }

    public Task<JsonNode> WaitForEndAsync(string uuid) => WaitAsync(uuid, JobStatuses.IsTerminal);

    public static IEnumerable<string> Statuses(JsonNode job) => job["status_history"]!.AsArray().Select(e => (string)e!["status"]!);

    public static StringContent Body(string json)
    {
        var content = new StringContent(json, Encoding.UTF8);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    public static async Task<JsonNode?> JsonAsync(HttpResponseMessage answer)
    {
        using (answer)
        {
            string text = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode}: {text}");
            return JsonNode.Parse(text);
        }
    }

    public void Dispose()
    {
        Http.Dispose();
        Key.Dispose();
    }
}
