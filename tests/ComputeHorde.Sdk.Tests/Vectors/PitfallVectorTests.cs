using System.Text.Json.Nodes;
using ComputeHorde.Sdk.Signing;

namespace ComputeHorde.Sdk.Tests.Vectors;

/// <summary>
/// Bodies that go wrong at the real facilitator or validator: the client must refuse them, or be unable to send them like that.
/// </summary>
[Trait("Category", "Vectors")]
public sealed class PitfallVectorTests
{
    [Fact]
    public void Create_BodiesThatGoWrong_AreRefusedOrRepaired() =>
        VectorFile.Check(
            VectorFile.Cases("job_signing_pitfalls.json").Where(GoesWrong),
            item =>
            {
                var body = item["body"]!.AsObject();
                if (Sent(body) is not { } sent)
                {
                    return;
                }

                var same = body.All(field =>
                    PydanticJson.Write(field.Value) == PydanticJson.Write(sent[field.Key]) && sent.ContainsKey(field.Key)
                );
                Assert.False(same, "the client would send exactly this body");
            }
        );

    [Fact]
    public void Create_BodiesThatPass_AreSentAsTheyAre() =>
        VectorFile.Check(
            VectorFile
                .Cases("job_signing.json")
                .Concat(VectorFile.Cases("job_signing_pitfalls.json").Where(item => !GoesWrong(item)))
                .Where(IsWithinStricterRules),
            item => CheckSentAsItIs(item["body"]!.AsObject())
        );

    /// <summary>Bodies that the facilitator and the validator accept too, in forms that the client has another of.</summary>
    [Fact]
    public void Create_BodiesInOtherForms_AreSentInTheClientsOwn()
    {
        var minimal = VectorFile.Cases("job_signing.json")[0]["body"]!.AsObject();
        foreach (
            var change in (Action<JsonObject>[])
                [
                    body => body.Remove("use_gpu"),
                    body => body["use_gpu"] = false,
                    body =>
                        body["volumes"] = JsonNode.Parse(
                            """[{"volume_type":"zip_url","contents":"https://e.example/z","relative_path":null}]"""
                        ),
                    body =>
                        body["volumes"] = JsonNode.Parse(
                            """[{"volume_type":"huggingface_volume","repo_id":"a/b","repo_type":null,"revision":null,"relative_path":null,"allow_patterns":null,"token":null}]"""
                        ),
                ]
        )
        {
            var body = minimal.DeepClone().AsObject();
            change(body);
            CheckSentAsItIs(body);
        }
    }

    private static void CheckSentAsItIs(JsonObject given)
    {
        var body = InTheClientsForm(given);
        var sent = Sent(body);
        Assert.NotNull(sent);
        foreach (var (name, value) in body)
        {
            if (name is not ("streaming_details" or "artifacts_dir" or "volumes" or "uploads") || value is JsonArray { Count: > 0 })
            {
                Assert.Equal(PydanticJson.Write(value), PydanticJson.Write(sent[name]));
            }
        }

        Assert.Equal(SignedFields.Write(body), SignedFields.Write(sent));
    }

    /// <summary>
    /// The client asks for a GPU always (the class decides, protocol 2.1), and names a volume's own folder by an empty text.
    /// </summary>
    private static JsonObject InTheClientsForm(JsonObject given)
    {
        var body = given.DeepClone().AsObject();
        body["use_gpu"] = true;
        foreach (var volume in body["volumes"] as JsonArray ?? [])
        {
            if (volume is JsonObject map && map.TryGetPropertyValue("relative_path", out var path) && path is null)
            {
                map["relative_path"] = "";
            }
        }

        return body;
    }

    private static bool GoesWrong(JsonObject item) =>
        (item["facilitator_status"]!.GetValue<int>() != 201 || item.Text("validator") != "accepts")
        && item["facilitator_body"]?.ToJsonString().Contains("Could not select Validator", StringComparison.Ordinal) != true;

    /// <summary>
    /// Rules beyond the facilitator's own: time limits of a second to a week, a job that names its image by the grammar of references.
    /// </summary>
    private static bool IsWithinStricterRules(JsonObject item)
    {
        var body = item["body"]!.AsObject();
        return item["facilitator_status"]!.GetValue<int>() == 201
            && body.Where(field => field.Key.EndsWith("_time_limit", StringComparison.Ordinal))
                .All(field => field.Value!.GetValue<double>() is >= 1 and <= JobSpecValidation.MaxTimeLimitSec)
            && IsImage(body["docker_image"]?.GetValue<string>())
            && (body["streaming_details"] is not JsonObject details || details.All(field => field.Key is "public_key" or "executor_ip"));
    }

    private static bool IsImage(string? image)
    {
        var problems = new ProblemList();
        ImageReference.Check(problems, "docker_image", image);
        return problems.Problems.Count == 0;
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
