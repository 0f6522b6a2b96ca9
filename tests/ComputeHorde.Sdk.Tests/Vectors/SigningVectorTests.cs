using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json.Nodes;
using ComputeHorde.Cryptography;
using ComputeHorde.Sdk.Signing;

namespace ComputeHorde.Sdk.Tests.Vectors;

[Trait("Category", "Vectors")]
public sealed class SigningVectorTests
{
    [Fact]
    public void SignedFields_JobBodies_EqualPydanticDump() =>
        VectorFile.Check(
            VectorFile.Cases("job_signing.json"),
            item =>
            {
                var text = SignedFields.Write(item["body"]!.AsObject());
                Assert.Equal(item.Text("signed_fields_json"), text);
                CheckDigest(item, text);
            }
        );

    [Fact]
    public void PydanticJson_JobBodies_EqualSentBody() =>
        VectorFile.Check(
            VectorFile.Cases("job_signing.json"),
            item => Assert.Equal(item.Text("body_text"), PydanticJson.Write(item["body"]))
        );

    [Fact]
    public void CheatReport_Bodies_EqualPythonDump() =>
        VectorFile.Check(
            VectorFile.Cases("cheated_job_signing.json"),
            item =>
            {
                var text = PythonJson.Dumps(item["body"]);
                Assert.Equal(item.Text("signed_text"), text);
                CheckDigest(item, text);
            }
        );

    [Fact]
    public void CheatReport_ThroughThePublicModel_SignsTheSameText() =>
        VectorFile.Check(
            VectorFile.Cases("cheated_job_signing.json").Where(item => item["body"]!["details"] is JsonObject),
            item =>
            {
                var body = item["body"]!;
                var text = CheatReporter.SignedText(body.Text("job_uuid"), body.Text("trusted_job_uuid"), body["details"]!.AsObject());
                Assert.Equal(item.Text("signed_text"), text);
            }
        );

    [Fact]
    public void Texts_BothLayers_EqualPython() =>
        VectorFile.Check(
            VectorFile.Cases("python_json.json", "texts"),
            item =>
            {
                var inner = PydanticJson.Write(item["value"]);
                Assert.Equal(item.Text("pydantic_json"), inner);
                Assert.Equal(item.Text("python_json_ascii"), PythonJson.Literal(item.Text("value")));
                Assert.Equal(item.Text("double"), PythonJson.Literal(inner));
            }
        );

    [Fact]
    public void Floats_Repr_EqualPython() =>
        VectorFile.Check(
            VectorFile.Cases("python_json.json", "floats"),
            item =>
            {
                var value = BitConverter.UInt64BitsToDouble(
                    ulong.Parse(item.Text("bits_hex"), NumberStyles.HexNumber, CultureInfo.InvariantCulture)
                );
                Assert.Equal(item.Text("python_json"), PythonJson.Float(value));
            }
        );

    [Fact]
    public void Keys_Sorted_ByCodePoint() =>
        VectorFile.Check(
            VectorFile.Cases("python_json.json", "sort_keys"),
            item => Assert.Equal(Texts(item["sorted"]!), Texts(item["keys"]!).Order(CodePointComparer.Instance))
        );

    private static void CheckDigest(JsonObject item, string text)
    {
        var timestamp = ulong.Parse(item.Text("timestamp_ns"), CultureInfo.InvariantCulture);
        var hashed = RequestSigner.HashedBytes(timestamp, text);
        Assert.Equal(timestamp, BinaryPrimitives.ReadUInt64BigEndian(hashed));
        Assert.Equal(item.Text("hashed_bytes_hex"), Convert.ToHexStringLower(hashed));
        var digest = new byte[64];
        Blake2b.Hash(hashed, digest);
        Assert.Equal(item.Text("blake2b_512_hex"), Convert.ToHexStringLower(digest));
        var publicKey = Ss58.Decode(item.Text("signatory"));
        foreach (var maker in new[] { "signature_base64_polkadot", "signature_base64_scure" })
        {
            Assert.True(Sr25519.Verify(publicKey, digest, Convert.FromBase64String(item.Text(maker))), maker);
        }
    }

    private static IEnumerable<string> Texts(JsonNode list) => list.AsArray().Select(text => text!.GetValue<string>());
}
