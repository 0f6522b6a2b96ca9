using System.Text.Json.Nodes;
using ComputeHorde.Sdk.Signing;

namespace ComputeHorde.Sdk.Tests.Vectors;

/// <summary>Bodies that go wrong at the real facilitator or validator: the client must refuse them, or be unable to send them like that.</summary>
[Trait("Category", "Vectors")]
public sealed class PitfallVectorTests
{
    [Fact]
    public void Create_BodiesThatGoWrong_AreRefusedOrRepaired() => VectorFile.Check(VectorFile.Cases("job_signing_pitfalls.json").Where(GoesWrong), item =>
    {
        var body = item["body"]!.AsObject();
        if (Sent(body) is not { } sent)
        {
            return;
        }

        var same = body.All(field => PydanticJson.Write(field.Value) == PydanticJson.Write(sent[field.Key]) && sent.ContainsKey(field.Key));
        Assert.False(same, "the client would send exactly this body");
    });

    [Fact]
    public void Create_BodiesThatPass_AreSentAsTheyAre() => VectorFile.Check(
        VectorFile.Cases("job_signing.json").Concat(VectorFile.Cases("job_signing_pitfalls.json").Where(item => !GoesWrong(item))).Where(IsWithinStricterRules),
        item =>
        {
            var sent = Sent(item["body"]!.AsObject());
            Assert.NotNull(sent);
            foreach (var (name, value) in item["body"]!.AsObject())
            {
                if (name is not ("streaming_details" or "artifacts_dir" or "volumes" or "uploads") || value is JsonArray { Count: > 0 })
                {
                    Assert.Equal(PydanticJson.Write(value), PydanticJson.Write(sent[name]));
                }
            }

            Assert.Equal(SignedFields.Write(item["body"]!.AsObject()), SignedFields.Write(sent));
        });

    private static bool GoesWrong(JsonObject item) =>
        (item["facilitator_status"]!.GetValue<int>() != 201 || item.Text("validator") != "accepts")
        && item["facilitator_body"]?.ToJsonString().Contains("Could not select Validator", StringComparison.Ordinal) != true;

    /// <summary>Rules beyond the facilitator's own: time limits of at least a second, a job that names its image.</summary>
    private static bool IsWithinStricterRules(JsonObject item)
    {
        var body = item["body"]!.AsObject();
        return item["facilitator_status"]!.GetValue<int>() == 201
            && body.Where(field => field.Key.EndsWith("_time_limit", StringComparison.Ordinal)).All(field => field.Value!.GetValue<long>() > 0)
            && (body["streaming_details"] is not JsonObject details || details.All(field => field.Key is "public_key" or "executor_ip"));
    }

    /// <summary>The body that the client would send for the same job, or null when it refuses.</summary>
    private static JsonObject? Sent(JsonObject body)
    {
        try
        {
            var (spec, validator, tag, trusted, key) = WireBody.Read(body);
            if (JobSpecValidation.Validate(spec).Count > 0 || (tag is not null && JobSpecValidation.ValidateTag(tag).Count > 0))
            {
                return null;
            }

            return JsonNode.Parse(JobRequest.Build(spec, validator, tag ?? "", trusted, key).BodyBytes)!.AsObject();
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
