using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ComputeHorde.Emulator.Python;
using ComputeHorde.Emulator.Wire;

namespace ComputeHorde.Emulator.Tests;

[Trait("Category", "Vectors")]
public sealed class SigningVectorTests
{
    [Fact]
    public async Task JobSigning_EveryCase_IsAcceptedByBothSidesAndCompletes()
    {
        // Addresses in the vectors lead nowhere, so downloads and uploads are taken off after signing has been checked.
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync(o => o.Speed = 1000);
        using TestClient client = await TestClient.LoginAsync(horde);
        foreach (PyDict vector in Vectors.Cases("job_signing.json").Cast<PyDict>())
        {
            string name = vector.GetText("name")!;
            foreach (string signature in new[] { "signature_base64_polkadot", "signature_base64_scure" })
            {
                using HttpRequestMessage request = Request("api/v1/job-docker/", vector);
                request.Headers.Remove("X-CH-Signature");
                request.Headers.Add("X-CH-Signature", vector.GetText(signature));
                using HttpResponseMessage answer = await client.Http.SendAsync(request);
                string body = await answer.Content.ReadAsStringAsync();
                Assert.True(answer.StatusCode == HttpStatusCode.Created, $"{name}: {(int)answer.StatusCode} {body}");
                JsonNode job = await client.WaitAsync(
                    (string)JsonNode.Parse(body)!["uuid"]!,
                    s => s is JobStatuses.ExecutorReady || JobStatuses.IsTerminal(s)
                );
                Assert.Contains(JobStatuses.Accepted, TestClient.Statuses(job));
            }

            var parsed = (PyDict)PyJsonParser.Parse(vector.GetText("body_text")!)!;
            Assert.Equal(vector.GetText("signed_fields_json"), SignedFields.FromBody(parsed));
            Assert.Equal(vector.GetText("signed_fields_json"), SignedFields.FromRequest(JobRequestSerializer.Read(parsed).Job!));
        }
    }

    [Fact]
    public async Task JobSigning_EveryCaseOnReachableAddresses_Completes()
    {
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync(o => o.Speed = 1000);
        await using var files = await FileServer.StartAsync();
        using TestClient client = await TestClient.LoginAsync(horde);
        foreach (PyDict vector in Vectors.Cases("job_signing.json").Cast<PyDict>())
        {
            var body = (PyDict)PyJsonParser.Parse(vector.GetText("body_text")!)!;
            files.Redirect(body);
            body["download_time_limit"] = (System.Numerics.BigInteger)60;
            body["execution_time_limit"] = (System.Numerics.BigInteger)60;
            body["upload_time_limit"] = (System.Numerics.BigInteger)60;
            if (body.ContainsKey("streaming_details"))
            {
                body["streaming_details"] = new PyDict { ["public_key"] = StreamingTests.MakeClientCertificate().ExportCertificatePem() };
            }

            JsonNode job = await client.WaitForEndAsync(await client.CreateAsync(body));
            Assert.True(
                TestClient.Statuses(job).Last() == JobStatuses.Completed,
                $"{vector.GetText("name")}: {job["status_history"]!.ToJsonString()}"
            );
        }
    }

    [Fact]
    public async Task JobSigningPitfalls_EveryCase_EndsAsTheVectorSays()
    {
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync(o => o.Speed = 1000);
        using TestClient client = await TestClient.LoginAsync(horde);
        var differences = new List<string>();
        foreach (PyDict vector in Vectors.Cases("job_signing_pitfalls.json").Cast<PyDict>())
        {
            (string status, string body, string verdict) = await TryPitfallAsync(client, vector);
            string expected = $"{PyText.Str(vector.Get("facilitator_status"))} | {ExpectedBody(vector)} | {vector.GetText("validator")}";
            string actual = $"{status} | {body} | {verdict}";
            if (expected != actual)
            {
                differences.Add($"{vector.GetText("name")}\n  expected {expected}\n  actual   {actual}");
            }
        }

        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    [Fact]
    public async Task CheatedJobSigning_EveryCase_IsVerifiedAndHandledAsTheVectorSays()
    {
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync(o => o.Speed = 1000);
        using TestClient client = await TestClient.LoginAsync(horde);
        foreach (PyDict vector in Vectors.Cases("cheated_job_signing.json").Cast<PyDict>())
        {
            string name = vector.GetText("name")!;
            var body = (PyDict)PyJsonParser.Parse(vector.GetText("body_text")!)!;
            Assert.Equal(vector.GetText("signed_text"), PyJsonWriter.DumpsSorted(body));
            foreach (string signature in new[] { "signature_base64_polkadot", "signature_base64_scure" })
            {
                using HttpRequestMessage request = Request("api/v1/cheated-job/", vector);
                request.Headers.Remove("X-CH-Signature");
                request.Headers.Add("X-CH-Signature", vector.GetText(signature));
                using HttpResponseMessage answer = await client.Http.SendAsync(request);
                Assert.True(answer.StatusCode == HttpStatusCode.NotFound, $"{name}: {(int)answer.StatusCode}"); // signature good, job unknown
            }

            PyDict trusted = TestClient.Job();
            trusted["on_trusted_miner"] = true;
            string job = await client.CreateAsync(TestClient.Job());
            body["job_uuid"] = job;
            body["trusted_job_uuid"] = await client.CreateAsync(trusted);
            using HttpResponseMessage reported = await client.ReportCheatAsync(body);
            Assert.Equal(HttpStatusCode.Created, reported.StatusCode);
            Assert.Equal(
                vector.GetText("validator_at_this_commit"),
                horde.CheatReports.Single(r => r.JobUuid == Guid.Parse(job)).ValidatorVerdict
            );
        }
    }

    [Fact]
    public void AuthLogin_EveryCase_Verifies()
    {
        foreach (PyDict vector in Vectors.Cases("auth_login.json").Cast<PyDict>())
        {
            Assert.True(
                SignatureCheck.VerifiesBytes(
                    vector.GetText("hotkey")!,
                    Encoding.UTF8.GetBytes(vector.GetText("nonce")!),
                    Convert.FromHexString(vector.GetText("signature_field_value")!)
                )
            );
        }
    }

    private static async Task<(string Status, string Body, string Verdict)> TryPitfallAsync(TestClient client, PyDict vector)
    {
        var sent = (PyDict)vector.Get("body")!;
        string payload;
        try
        {
            payload = SignedFields.FromBody(sent);
        }
        catch (FormatException)
        {
            Assert.False((bool)vector.Get("sdk_could_sign")!, vector.GetText("name"));
            payload = "{}";
        }

        using HttpResponseMessage answer = await client.Http.SendAsync(client.Signed("api/v1/job-docker/", sent, payload, "SignedFields"));
        string body = await answer.Content.ReadAsStringAsync();
        string status = ((int)answer.StatusCode).ToString();
        if (answer.StatusCode != HttpStatusCode.Created)
        {
            bool html = answer.Content.Headers.ContentType?.MediaType == "text/html";
            return (status, html ? "(HTML error page)" : Normal(body), "nothing sent to a validator");
        }

        JsonNode job = await client.WaitAsync(
            (string)JsonNode.Parse(body)!["uuid"]!,
            s => s is JobStatuses.Accepted || JobStatuses.IsTerminal(s)
        );
        JsonNode? rejection = job["status_history"]!.AsArray()[^1]!["metadata"]!["job_rejection_details"];
        return (
            status,
            "(job)",
            rejection is null ? "accepts" : $"rejects: {(string?)rejection["reason"]} ({(string?)rejection["message"]})"
        );
    }

    /// <summary>pydantic's version is part of an address only.</summary>
    private static string Normal(string json) =>
        System.Text.RegularExpressions.Regex.Replace(
            PyJsonWriter.DumpsSorted(PyJsonParser.Parse(json)),
            "/2\\.[0-9]+/v/",
            "/2.x/v/",
            default,
            TimeSpan.FromSeconds(1)
        );

    private static string ExpectedBody(PyDict vector) =>
        vector.Get("facilitator_body") is string text ? text : Normal(PyJsonWriter.Compact(vector.Get("facilitator_body")));

    private static HttpRequestMessage Request(string path, PyDict vector)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = TestClient.Body(vector.GetText("body_text")!) };
        foreach ((string name, object? value) in (PyDict)vector.Get("headers")!)
        {
            request.Headers.Add(name, (string)value!);
        }

        return request;
    }
}
