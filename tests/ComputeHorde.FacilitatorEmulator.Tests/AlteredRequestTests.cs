using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ComputeHorde.Emulator.Python;
using ComputeHorde.Emulator.Wire;

namespace ComputeHorde.Emulator.Tests;

/// <summary>Requests of which one bit was altered after they were signed.</summary>
public sealed class AlteredRequestTests(ITestOutputHelper output)
{
    private const int Alterations = 400;

    private static readonly string[] SignedHeaders = ["X-CH-Signatory", "X-CH-Timestamp-NS", "X-CH-Signature", "X-CH-Signature-Scope"];

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    [Fact]
    public async Task Create_OneBitAltered_IsRefusedOrRejected()
    {
        int seed = RandomNumberGenerator.GetInt32(int.MaxValue);
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync(o => o.Speed = 1000);
        using TestClient client = await TestClient.LoginAsync(horde);
        PyDict[] vectors = [.. Vectors.Cases("job_signing.json").Cast<PyDict>()];
        int refused = 0,
            rejected = 0;
        while (refused + rejected < Alterations)
        {
            PyDict vector = vectors[random.Next(vectors.Length)];
            byte[] body = Encoding.UTF8.GetBytes(vector.GetText("body_text")!);
            var headers = ((PyDict)vector.Get("headers")!).ToDictionary(pair => pair.Key, pair => (string)pair.Value!);
            string what = random.Next(3) == 0 ? AlterHeader(headers, random) : AlterBody(body, random);
            if (what.Length == 0)
            {
                continue;
            }

            using var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/job-docker/") { Content = new ByteArrayContent(body) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            foreach ((string name, string value) in headers)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }

            using HttpResponseMessage answer = await client.Http.SendAsync(request);
            if (answer.StatusCode != HttpStatusCode.Created)
            {
                refused++;
                continue;
            }

            string uuid = (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["uuid"]!;
            JsonNode job = await client.WaitAsync(uuid, status => status is JobStatuses.Received || JobStatuses.IsTerminal(status));
            Assert.True(
                TestClient.Statuses(job).Last() == JobStatuses.Rejected,
                $"accepted although altered: {vector.GetText("name")}, {what}"
            );
            rejected++;
        }

        output.WriteLine($"{refused} refused by the facilitator, {rejected} rejected by the validator");
        Assert.True(refused > 0);
    }

    /// <summary>Flips a bit of a signed header; empty when the header says the same as before.</summary>
    private static string AlterHeader(Dictionary<string, string> headers, Random random)
    {
        string name = SignedHeaders[random.Next(SignedHeaders.Length)];
        string original = headers[name];
        char[] text = original.ToCharArray();
        int index = random.Next(text.Length);
        text[index] ^= (char)(1 << random.Next(7));
        headers[name] = new string(text);
        bool isSendable = text[index] is > ' ' and < (char)127;
        return isSendable && !IsSameSignature(name, original, headers[name]) ? $"{name}: {original} -> {headers[name]}" : "";
    }

    /// <summary>The last digit of base64 carries four bits that belong to no byte.</summary>
    private static bool IsSameSignature(string name, string original, string altered)
    {
        Span<byte> bytes = stackalloc byte[96];
        return name == "X-CH-Signature"
            && altered.Length == original.Length
            && altered[^2..] == original[^2..]
            && Convert.TryFromBase64String(altered, bytes, out int count)
            && bytes[..count].SequenceEqual(Convert.FromBase64String(original));
    }

    /// <summary>Flips a bit of the body; empty when what is signed stays the same.</summary>
    private static string AlterBody(byte[] body, Random random)
    {
        string before = SignedFields.FromBody(PyJsonParser.Parse(Encoding.UTF8.GetString(body)));
        int index = random.Next(body.Length);
        body[index] ^= (byte)(1 << random.Next(8));
        try
        {
            return SignedFields.FromBody(PyJsonParser.Parse(Strict.GetString(body))) == before ? "" : $"byte {index} of the body";
        }
        catch (Exception e) when (e is PyJsonException or DecoderFallbackException or FormatException)
        {
            return $"byte {index} of the body, now unreadable";
        }
    }
}
