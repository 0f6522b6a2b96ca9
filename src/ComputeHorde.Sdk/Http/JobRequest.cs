using System.Text;
using System.Text.Json.Nodes;
using ComputeHorde.Sdk.Signing;

namespace ComputeHorde.Sdk;

/// <summary>The body of a create request, with the text that signs it.</summary>
internal sealed record JobRequest(byte[] BodyBytes, string SignedText)
{
    /// <summary>Builds the body in the Python SDK's key order (protocol 2.1), from which the signed text follows.</summary>
    public static JobRequest Build(ComputeHordeJobSpec spec, string validatorHotkey, string tag, bool onTrustedMiner, string? publicKey)
    {
        var body = new JsonObject
        {
            ["target_validator_hotkey"] = validatorHotkey,
            ["executor_class"] = spec.ExecutorClass,
            ["docker_image"] = spec.DockerImage,
            ["job_namespace"] = spec.JobNamespace,
            ["args"] = new JsonArray([.. spec.Args.Select(arg => (JsonNode)arg)]),
            ["env"] = WireMap.From(spec.Env),
            ["use_gpu"] = true,
            // Never null: the facilitator refuses null and signs "" (protocol 2.1).
            ["artifacts_dir"] = spec.ArtifactsDir ?? "",
            ["on_trusted_miner"] = onTrustedMiner,
            ["download_time_limit"] = spec.DownloadTimeLimitSec,
            ["execution_time_limit"] = spec.ExecutionTimeLimitSec,
            ["streaming_start_time_limit"] = spec.StreamingStartTimeLimitSec,
            ["upload_time_limit"] = spec.UploadTimeLimitSec,
            ["tag"] = tag,
        };
        if (publicKey is not null)
        {
            body["streaming_details"] = new JsonObject { ["public_key"] = publicKey };
        }

        if (spec.InputVolumes.Count > 0)
        {
            body["volumes"] = new JsonArray([
                .. spec.InputVolumes.Select(v => v.Value.ToWire(v.Key[VolumeValidation.InputPrefix.Length..])),
            ]);
        }

        if (spec.OutputVolumes.Count > 0)
        {
            body["uploads"] = new JsonArray([
                .. spec.OutputVolumes.Select(v => v.Value.ToWire(v.Key[VolumeValidation.OutputPrefix.Length..])),
            ]);
        }

        return new JobRequest(Encoding.UTF8.GetBytes(PydanticJson.Write(body)), SignedFields.Write(body));
    }
}
