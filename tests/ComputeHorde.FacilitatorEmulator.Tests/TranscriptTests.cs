using System.Net;
using System.Net.Http.Headers;
using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;
using ComputeHorde.Cryptography;
using ComputeHorde.Emulator.Python;
using ComputeHorde.Emulator.Wire;

namespace ComputeHorde.Emulator.Tests;

/// <summary>
/// Replays the transcript of the real facilitator. Nothing in it is left out. What must differ is normalised and listed
/// here: uuids, time stamps, nonces and tokens (made anew by every server), and the content of HTML error pages, which the
/// transcript does not hold either.
/// </summary>
[Trait("Category", "Vectors")]
public sealed class TranscriptTests : IAsyncLifetime
{
    private readonly Dictionary<string, string> _uuids = new(StringComparer.Ordinal);
    private FacilitatorEmulator _horde = null!;
    private TestClient _client = null!;
    private string? _nonce;

    public async ValueTask InitializeAsync()
    {
        _horde = await FacilitatorEmulator.StartAsync(o => o.Whitelist = new HashSet<string> { TestClient.Alice });
        _client = await TestClient.LoginAsync(_horde);
        _client.Http.DefaultRequestHeaders.Authorization = null;
        _client.Http.DefaultRequestHeaders.Host = "testserver";
        _horde.SetBehaviourForTag("", "stuck:sent");
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _horde.DisposeAsync();
    }

    [Fact]
    public async Task Transcript_ReplayedInOrder_GivesTheSameAnswers()
    {
        var differences = new List<string>();
        foreach (PyDict call in Vectors.Cases("facilitator_http.json").Cast<PyDict>())
        {
            string name = call.GetText("name")!;
            await PrepareAsync(name);
            using HttpRequestMessage request = Request(call, name);
            using HttpResponseMessage answer = await _client.Http.SendAsync(request);
            string expected = Expected(call);
            string actual = await ActualAsync(answer);
            if (expected != actual)
            {
                differences.Add($"{name}\n  expected {expected}\n  actual   {actual}");
            }
        }

        Assert.True(differences.Count == 0, $"{differences.Count} differ:\n{string.Join('\n', differences)}");
    }

    /// <summary>The state that the transcript had at that point.</summary>
    private async Task PrepareAsync(string name)
    {
        switch (name)
        {
            case "login ok":
                _nonce = _horde.Tokens.Nonce();
                break;
            case "list first page":
                for (int i = 0; i < 13; i++)
                {
                    PyDict job = TestClient.Job("me/img:latest", "a", "b");
                    job["executor_class"] = "always_on.llm.a6000";
                    job["job_namespace"] = "SN123.0";
                    job["env"] = new PyDict { ["Z"] = "1", ["A"] = "2" };
                    job["download_time_limit"] = job["upload_time_limit"] = (BigInteger)5;
                    job["execution_time_limit"] = (BigInteger)10;
                    job["tag"] = i is > 0 and <= 4 ? "t1" : $"t{i}";
                    _uuids[i == 0 ? "uuid" : $"other{i}"] = await CreateAsync(job);
                }

                break;
            case "cheat: ok":
                foreach (string key in new[] { "job", "job1", "job2", "job3", "job4", "job5", "trusted" })
                {
                    PyDict job = TestClient.Job();
                    job["on_trusted_miner"] = key == "trusted";
                    _uuids[key] = await CreateAsync(job);
                }

                break;
            case "create, validator heartbeat older than 3 minutes":
                _horde.Faults = new FaultSettings { ValidatorDisconnected = true };
                break;
        }
    }

    private async Task<string> CreateAsync(PyDict job)
    {
        HttpRequestMessage request = _client.CreateRequest(job);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _client.Token);
        return (string)(await TestClient.JsonAsync(await _client.Http.SendAsync(request)))!["uuid"]!;
    }

    private HttpRequestMessage Request(PyDict call, string name)
    {
        string path = call.GetText("path")!;
        path = path.Replace(
            "{uuid without dashes}",
            _uuids.GetValueOrDefault("uuid")?.Replace("-", "", StringComparison.Ordinal),
            StringComparison.Ordinal
        );
        int next = 0;
        path = Regex.Replace(path, "\\{uuid\\}", _ => next++ == 0 ? _uuids["uuid"] : _uuids["other5"], default, TimeSpan.FromSeconds(1));
        var request = new HttpRequestMessage(
            new HttpMethod(call.GetText("method")!),
            _horde.BaseAddress.GetLeftPart(UriPartial.Authority) + path
        );
        object? body = Body(call, name);
        if ((bool)call.Get("signature_headers")!)
        {
            Sign(request, body as PyDict, name);
        }

        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body as string ?? PyJsonWriter.Compact(body)));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", call.GetText("content_type"));
        }

        if (Authorization(call.GetText("authorization")) is string authorization)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        return request;
    }

    private object? Body(PyDict call, string name)
    {
        object? body = call.Get("request_body");
        switch (name)
        {
            case "create, body over 2,621,440 bytes":
                PyDict large = TestClient.Job();
                large["volumes"] = new PyList
                {
                    new PyDict
                    {
                        ["volume_type"] = "inline",
                        ["contents"] = new string('A', 2_700_000),
                        ["relative_path"] = null,
                    },
                };
                return large;
            case "cheat: tampered body":
                return new PyDict
                {
                    ["job_uuid"] = _uuids["job3"],
                    ["trusted_job_uuid"] = _uuids["trusted"],
                    ["details"] = new PyDict { ["tampered"] = true },
                };
        }

        if (body is PyDict map)
        {
            foreach (string key in map.Keys.ToArray())
            {
                if (map[key] is string { Length: > 2 } text && text.StartsWith('{') && text.EndsWith('}'))
                {
                    map[key] = _uuids[text[1..^1]];
                }
            }

            if (name.StartsWith("login", StringComparison.Ordinal))
            {
                RenewLogin(map, name);
            }
        }

        return body;
    }

    /// <summary>Our nonce instead of the transcript's, and a signature over it where the transcript's was good.</summary>
    private void RenewLogin(PyDict login, string name)
    {
        if (login.ContainsKey("nonce") && name != "login garbage nonce")
        {
            login["nonce"] = name.Contains("older than", StringComparison.Ordinal)
                ? _horde.Tokens.Nonce(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 301)
                : _nonce;
        }

        if (login.ContainsKey("signature") && name is not ("login wrong signature" or "login short signature"))
        {
            using Sr25519KeyPair key = Sr25519KeyPair.FromUri(login.GetText("hotkey") == TestClient.Bob ? "//Bob" : "//Alice");
            string hex = Convert.ToHexStringLower(key.Sign(Encoding.UTF8.GetBytes(login.GetText("nonce") ?? "")));
            login["signature"] = name switch
            {
                "login 0x signature" => "0x" + hex,
                "login upper-case hex" => hex.ToUpperInvariant(),
                _ => hex,
            };
        }
    }

    private void Sign(HttpRequestMessage request, PyDict? body, string name)
    {
        bool full =
            name.StartsWith("cheat", StringComparison.Ordinal)
            || name.StartsWith("feedback", StringComparison.Ordinal)
            || name.Contains("FullRequest", StringComparison.Ordinal);
        PyDict signed = body ?? TestClient.Job();
        if (name.Contains("another body", StringComparison.Ordinal) || name == "cheat: tampered body")
        {
            signed = (PyDict)PyJsonParser.Parse(PyJsonWriter.Compact(signed))!;
            signed["details"] = "another";
            signed["docker_image"] = "another";
        }

        string payload = full ? PyJsonWriter.DumpsSorted(signed) : SignedFields.FromBody(signed);
        using TestClient? bob = name.Contains("another hotkey", StringComparison.Ordinal) ? TestClient.WithKey(_horde, "//Bob") : null;
        using HttpRequestMessage made = (bob ?? _client).Signed("x", signed, payload, full ? "FullRequest" : "SignedFields");
        foreach ((string header, IEnumerable<string> values) in made.Headers)
        {
            string? value = (name, header) switch
            {
                ("create, no scope header", "X-CH-Signature-Scope") => null,
                ("create, unknown scope", "X-CH-Signature-Scope") => "Everything",
                ("create, other signature type text", "X-CH-Signature-Type") => "other",
                _ => values.Single(),
            };
            if (value is not null)
            {
                request.Headers.Add(header, value);
            }
        }
    }

    private string? Authorization(string? kind)
    {
        long now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        PyDict Claims(string? subject, long expires)
        {
            var claims = new PyDict { ["iat"] = (BigInteger)(expires - 3600), ["exp"] = (BigInteger)expires };
            if (subject is not null)
            {
                claims["sub"] = subject;
            }

            return claims;
        }

        return kind switch
        {
            null => null,
            "Bearer <valid>" => "Bearer " + _client.Token,
            "expired" => "Bearer " + _horde.Tokens.Sign(Claims(TestClient.Alice, now - 5)),
            "garbage token" => "Bearer garbage",
            "Basic scheme" => "Basic YTpi",
            "three parts" => "Bearer a b",
            "wrong key" => "Bearer " + _horde.Tokens.Sign(Claims(TestClient.Alice, now + 60))[..^4] + "AAAA",
            "no subject" => "Bearer " + _horde.Tokens.Sign(Claims(null, now + 60)),
            "hotkey not whitelisted" => "Bearer " + _horde.Tokens.Sign(Claims(TestClient.Bob, now + 60)),
            _ => throw new InvalidOperationException($"Unknown authorization '{kind}'."),
        };
    }

    private static string Expected(PyDict call)
    {
        string? location = call.GetText("location");
        return Describe(
            (int)(BigInteger)call.Get("status")!,
            call.GetText("response_content_type"),
            call.GetText("www_authenticate"),
            location,
            call.GetText("allow"),
            call.Get("response_body") as string ?? PyJsonWriter.DumpsSorted(call.Get("response_body"))
        );
    }

    private static async Task<string> ActualAsync(HttpResponseMessage answer)
    {
        string body = await answer.Content.ReadAsStringAsync();
        string? type = answer.Content.Headers.ContentType?.ToString();
        if (type == "text/html")
        {
            body = "(HTML)";
        }
        else if (type == "application/json")
        {
            object? json = PyJsonParser.Parse(body);
            if (json is PyDict map)
            {
                if (map.Get("results") is PyList results)
                {
                    map["results"] = $"<{results.Count} jobs>";
                }

                if (map.ContainsKey("nonce"))
                {
                    map["nonce"] = "<nonce>";
                }

                if (map.ContainsKey("token"))
                {
                    map["token"] = "<jwt>";
                }
            }

            body = PyJsonWriter.DumpsSorted(json);
        }

        return Describe(
            (int)answer.StatusCode,
            type,
            answer.Headers.WwwAuthenticate.FirstOrDefault()?.ToString(),
            answer.Headers.Location?.ToString(),
            answer.Content.Headers.Allow.Count > 0 ? string.Join(", ", answer.Content.Headers.Allow) : null,
            body
        );
    }

    private static string Describe(int status, string? type, string? challenge, string? location, string? allow, string body)
    {
        string all = $"{status} | {type} | {challenge} | {location} | {allow} | {body}";
        all = Regex.Replace(
            all,
            "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
            "<uuid>",
            default,
            TimeSpan.FromSeconds(1)
        );
        return Regex.Replace(all, "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z", "<time>", default, TimeSpan.FromSeconds(1));
    }
}
