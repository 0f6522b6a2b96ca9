using System.Numerics;
using ComputeHorde.Emulator.Python;
using ComputeHorde.Emulator.Wire;

namespace ComputeHorde.Emulator.Storage;

/// <summary>
/// How requests and signatures are written in the database: the request as a creation body, which reads back through the same serializer.
/// </summary>
internal static class JobRowFormat
{
    public static string Write(JobRequest job)
    {
        var body = new PyDict
        {
            ["target_validator_hotkey"] = job.TargetValidatorHotkey,
            ["executor_class"] = job.ExecutorClass,
            ["docker_image"] = job.DockerImage,
            ["job_namespace"] = job.JobNamespace,
            ["args"] = job.Args,
            ["env"] = job.Env,
            ["use_gpu"] = job.UseGpu,
            ["artifacts_dir"] = job.ArtifactsDir,
            ["on_trusted_miner"] = job.OnTrustedMiner,
            ["download_time_limit"] = job.DownloadTimeLimit,
            ["execution_time_limit"] = job.ExecutionTimeLimit,
            ["streaming_start_time_limit"] = job.StreamingStartTimeLimit,
            ["upload_time_limit"] = job.UploadTimeLimit,
            ["volumes"] = job.Volumes,
            ["uploads"] = job.Uploads,
            ["tag"] = job.Tag,
        };
        if (job.StreamingClientCert.Length > 0)
        {
            body["streaming_details"] = new PyDict { ["public_key"] = job.StreamingClientCert };
        }

        return PyJsonWriter.Compact(body);
    }

    public static JobRequest ReadRequest(string text) =>
        JobRequestSerializer.Read(PyJsonParser.Parse(text)).Job ?? throw new InvalidDataException("A stored job cannot be read back.");

    public static string Write(RequestSignature signature) =>
        PyJsonWriter.Compact(
            new PyDict
            {
                ["type"] = signature.Type,
                ["signatory"] = signature.Signatory,
                ["timestamp_ns"] = signature.TimestampNs,
                ["signature"] = Convert.ToBase64String(signature.Signature),
                ["full_request"] = signature.FullRequest,
            }
        );

    public static RequestSignature ReadSignature(string text)
    {
        var stored = (PyDict)PyJsonParser.Parse(text)!;
        return new RequestSignature(
            (string)stored["type"]!,
            (string)stored["signatory"]!,
            (BigInteger)stored["timestamp_ns"]!,
            Convert.FromBase64String((string)stored["signature"]!),
            (bool)stored["full_request"]!
        );
    }
}
