using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ComputeHorde.Emulator.Python;

namespace ComputeHorde.Emulator.Tests;

public sealed class ExecutorTests : IAsyncLifetime
{
    private FacilitatorEmulator _horde = null!;
    private FileServer _files = null!;
    private TestClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _files = await FileServer.StartAsync();
        _horde = await FacilitatorEmulator.StartAsync(o =>
        {
            o.Speed = 1000;
            o.HuggingFaceBaseAddress = new Uri(_files.Address, "hf/");
        });
        _client = await TestClient.LoginAsync(_horde);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _horde.DisposeAsync();
        await _files.DisposeAsync();
    }

    [Fact]
    public async Task Volumes_OfEveryKind_AreFetchedAndHashed()
    {
        PyDict body = TestClient.Job("sha256");
        body["volumes"] = new PyList
        {
            Inline(FileServer.Zip("v.txt", "inline"), "data"),
            new PyDict
            {
                ["volume_type"] = "zip_url",
                ["contents"] = $"{_files.Address}in/a.zip",
                ["relative_path"] = null,
            },
            new PyDict
            {
                ["volume_type"] = "single_file",
                ["url"] = $"{_files.Address}in/one",
                ["relative_path"] = "one.txt",
            },
            HuggingFace("org/model", null),
        };

        JsonNode job = await RunAsync(body);

        string[] lines = ((string)job["stdout"]!).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
            ["/volume/data/v.txt", "/volume/z.txt", "/volume/one.txt", "/volume/hf/a.bin", "/volume/hf/b.txt"],
            lines.Select(l => l[66..])
        );
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData("inline"u8)), lines[0][..64]);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData("content of a file"u8)), lines[2][..64]);
    }

    [Fact]
    public async Task HuggingFace_WithPatterns_TakesMatchingFilesOnly()
    {
        PyDict body = TestClient.Job("sha256");
        body["volumes"] = new PyList { HuggingFace("org/model", "*.txt") };
        Assert.EndsWith("/volume/hf/b.txt\n", (string?)(await RunAsync(body))["stdout"], StringComparison.Ordinal);
        body["volumes"] = new PyList { HuggingFace("org/absent", null) };
        Assert.Contains("RepositoryNotFoundError", await FailureAsync(body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Downloads_ThatFailTwice_SucceedAtTheThirdTry()
    {
        _files.Failures["/in/flaky"] = new Queue<int>([500, 503]);
        PyDict body = TestClient.Job("sha256");
        body["volumes"] = new PyList
        {
            new PyDict
            {
                ["volume_type"] = "single_file",
                ["url"] = $"{_files.Address}in/flaky",
                ["relative_path"] = "f",
            },
        };
        await RunAsync(body);
        Assert.Equal(3, _files.Requests.Count(r => r == "GET /in/flaky"));
    }

    [Theory]
    [InlineData("single_file", "in/gone", "HTTPStatusError")]
    [InlineData("zip_url", "in/not-a-zip", "BadZipFile")]
    [InlineData("inline", "bm8gemlw", "BadZipFile")]
    [InlineData("inline", "***", "Error")]
    [InlineData("single_file", "http://127.0.0.1:9/x", "ConnectError")]
    public async Task Volumes_ThatCannotBeFetched_EndAsUnhandledExceptions(string type, string contents, string exception)
    {
        _files.Failures["/in/gone"] = new Queue<int>([404, 404, 404]);
        string address = type == "inline" || contents.StartsWith("http", StringComparison.Ordinal) ? contents : _files.Address + contents;
        PyDict body = TestClient.Job();
        body["volumes"] = new PyList
        {
            new PyDict
            {
                ["volume_type"] = type,
                [type == "single_file" ? "url" : "contents"] = address,
                ["relative_path"] = "x",
            },
        };

        JsonNode details = JsonNode.Parse(await FailureAsync(body))!["horde_failure_details"]!;

        Assert.Equal(
            ("unhandled_exception", exception, "volume_download"),
            ((string?)details["reason"], (string?)details["context"]!["exception_type"], (string?)details["context"]!["stage"])
        );
    }

    [Fact]
    public async Task Put_SendsWhatTheRealExecutorSends()
    {
        PyDict body = TestClient.Job("echo", "hi");
        body["uploads"] = new PyList
        {
            Put("out/p?sig=a%2Fb%3D&x=1", "dir/p.bin", new PyDict { ["x-ms-blob-type"] = "BlockBlob" }),
            Put("out/s", "stdout.txt", null),
            Put("out/r", "result.json", null),
        };

        JsonNode job = await RunAsync(body);

        (string method, var headers, byte[] content) = _files.Uploads["/out/p"];
        Assert.Equal(
            ("PUT", "BlockBlob", "*/*", "256"),
            (method, headers["x-ms-blob-type"].ToString(), headers.Accept.ToString(), headers.ContentLength.ToString())
        );
        Assert.StartsWith("python-httpx/", headers.UserAgent.ToString(), StringComparison.Ordinal);
        Assert.False(headers.ContainsKey("Content-Type") || headers.ContainsKey("Transfer-Encoding"));
        Assert.Equal(256, content.Length);
        Assert.Equal("hi\n", Encoding.UTF8.GetString(_files.Uploads["/out/s"].Body));
        Assert.Equal(Convert.FromBase64String((string)job["artifacts"]!["/artifacts/result.json"]!), _files.Uploads["/out/r"].Body);
        JsonNode result = JsonNode.Parse((string)job["upload_results"]!["dir/p.bin"]!)!;
        Assert.Equal("\"abc\"", (string?)result["headers"]!["etag"]);
        Assert.Equal("", (string?)result["body"]);
    }

    [Fact]
    public async Task Post_SendsAFormWithTheFileLast()
    {
        PyDict body = TestClient.Job("echo", "hi");
        body["uploads"] = new PyList
        {
            new PyDict
            {
                ["output_upload_type"] = "single_file_post",
                ["url"] = $"{_files.Address}out/form",
                ["form_fields"] = new PyDict { ["key"] = "k/v", ["policy"] = "p" },
                ["relative_path"] = "a/stdout.txt",
                ["signed_headers"] = new PyDict { ["X-A"] = "1" },
            },
        };
        await RunAsync(body);

        (string method, var headers, byte[] content) = _files.Uploads["/out/form"];
        string form = Encoding.UTF8.GetString(content);
        Assert.Equal(("POST", "1"), (method, headers["X-A"].ToString()));
        Assert.StartsWith("multipart/form-data; boundary=", headers.ContentType.ToString(), StringComparison.Ordinal);
        Assert.True(form.IndexOf("name=\"key\"", StringComparison.Ordinal) < form.IndexOf("name=\"policy\"", StringComparison.Ordinal));
        Assert.True(
            form.IndexOf("name=\"policy\"", StringComparison.Ordinal)
                < form.IndexOf("name=\"file\"; filename=\"stdout.txt\"", StringComparison.Ordinal),
            form
        );
    }

    [Theory]
    [InlineData(2, "completed")]
    [InlineData(3, "failed")]
    public async Task Uploads_AreTriedThreeTimes(int failures, string end)
    {
        _files.Failures["/out/f"] = new Queue<int>(new[] { 500, 302, 403 }.Take(failures));
        PyDict body = TestClient.Job();
        body["uploads"] = new PyList { Put("out/f", "f", null) };
        JsonNode job = await _client.WaitForEndAsync(await _client.CreateAsync(body));
        Assert.Equal(end, TestClient.Statuses(job).Last());
        Assert.Equal(3, _files.Requests.Count(r => r == "PUT /out/f"));
    }

    [Fact]
    public async Task Results_AreCutAsTheExecutorCutsThem()
    {
        PyDict body = TestClient.Job("echo");
        body["env"] = new PyDict { ["EMULATOR_STDOUT_CHARS"] = "1000001" };

        body["artifacts_dir"] = "/artifacts/";
        JsonNode job = await RunAsync(body);
        Assert.Equal(1_000_005, ((string)job["stdout"]!).Length);
        Assert.Contains(" ... ", (string)job["stdout"]!, StringComparison.Ordinal);
        Assert.Equal(["/artifacts//result.json"], job["artifacts"]!.AsObject().Select(p => p.Key));
    }

    [Fact]
    public async Task Matmul_DiffersSlightlyBetweenMinersAndClearlyWhenCheating()
    {
        PyDict body = TestClient.Job("matmul", "32", "5");
        float[] first = Npy(await RunAsync(body));
        float[] second = Npy(await RunAsync(body));
        body["docker_image"] = "matmul!cheat";
        float[] cheated = Npy(await RunAsync(body));

        Assert.Equal(1024, first.Length);
        Assert.NotEqual(first, second);
        Assert.All(first.Zip(second), p => Assert.InRange(p.First / p.Second, 1 - 5e-6, 1 + 5e-6));
        Assert.All(first.Zip(cheated), p => Assert.InRange(p.Second / p.First, 1.0099, 1.0101));
    }

    [Fact]
    public async Task Results_OnHonestMinersAndTheTrustedOne_AreEqualAndACheatersAreNot()
    {
        foreach (string image in new[] { "echo", "sha256", "anything/else:v1" })
        {
            PyDict body = TestClient.Job(image, "some", "work");
            body["uploads"] = new PyList { Put("out/x", "x.bin", null) };
            JsonNode honest = await RunAsync(body);
            byte[] upload = _files.Uploads["/out/x"].Body;
            body["on_trusted_miner"] = true;
            JsonNode trusted = await RunAsync(body);
            Assert.Equal(upload, _files.Uploads["/out/x"].Body);
            body["on_trusted_miner"] = false;
            body["env"] = new PyDict { ["EMULATOR_BEHAVIOUR"] = "cheat" };
            JsonNode cheated = await RunAsync(body);

            Assert.Equal(honest["artifacts"]!.ToJsonString(), trusted["artifacts"]!.ToJsonString());
            Assert.Equal((string?)honest["stdout"], (string?)trusted["stdout"]);
            Assert.NotEqual(honest["artifacts"]!.ToJsonString(), cheated["artifacts"]!.ToJsonString());
            Assert.NotEqual((string?)honest["stdout"], (string?)cheated["stdout"]);
            Assert.NotEqual(upload, _files.Uploads["/out/x"].Body);
        }
    }

    [Fact]
    public async Task Limits_CarryOverAndEndTheJob()
    {
        PyDict body = TestClient.Job("sleep", "40");
        body["download_time_limit"] = (BigInteger)20;
        body["execution_time_limit"] = (BigInteger)30;
        await RunAsync(body);
        body["download_time_limit"] = (BigInteger)1;
        Assert.Contains("Job container timed out during execution", await FailureAsync(body), StringComparison.Ordinal);
        Assert.Contains("exit code: 7", await FailureAsync(TestClient.Job("fail", "7")), StringComparison.Ordinal);
        Assert.Contains(
            "initial_response_timed_out",
            await FailureAsync(TestClient.Job("echo!slow:accepted:10")),
            StringComparison.Ordinal
        );
    }

    private async Task<JsonNode> RunAsync(PyDict body)
    {
        JsonNode job = await _client.WaitForEndAsync(await _client.CreateAsync(body));
        Assert.True((string?)job["status"] == "Completed", job["status_history"]!.ToJsonString());
        return job;
    }

    private async Task<string> FailureAsync(PyDict body)
    {
        JsonNode job = await _client.WaitForEndAsync(await _client.CreateAsync(body));
        Assert.Equal("Failed", (string?)job["status"]);
        return job["status_history"]!.AsArray()[^1]!["metadata"]!.ToJsonString();
    }

    private PyDict Put(string path, string relative, PyDict? headers) =>
        new()
        {
            ["output_upload_type"] = "single_file_put",
            ["url"] = _files.Address + path,
            ["relative_path"] = relative,
            ["signed_headers"] = headers,
        };

    private static PyDict Inline(byte[] zip, string relative) =>
        new()
        {
            ["volume_type"] = "inline",
            ["contents"] = Convert.ToBase64String(zip),
            ["relative_path"] = relative,
        };

    private static PyDict HuggingFace(string repository, string? patterns) =>
        new()
        {
            ["volume_type"] = "huggingface_volume",
            ["repo_id"] = repository,
            ["repo_type"] = null,
            ["revision"] = null,
            ["relative_path"] = "hf",
            ["allow_patterns"] = patterns,
            ["token"] = null,
        };

    private static float[] Npy(JsonNode job)
    {
        byte[] file = Convert.FromBase64String((string)job["artifacts"]!["/artifacts/c.npy"]!);
        int start = 10 + BitConverter.ToUInt16(file, 8);
        return [.. Enumerable.Range(0, (file.Length - start) / 4).Select(i => BitConverter.ToSingle(file, start + (4 * i)))];
    }
}
