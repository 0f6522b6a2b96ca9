using System.Globalization;
using System.Numerics;
using ComputeHorde.Emulator.Python;

namespace ComputeHorde.Emulator.Wire;

/// <summary>
/// The text that a job creation signs (protocol 3.3), derived twice: from the body as it came, which is what the
/// facilitator checks, and from the parsed and trimmed models, which is what the validator checks (protocol 3.4).
/// </summary>
internal static class SignedFields
{
    /// <summary>
    /// The facilitator's view. Throws <see cref="FormatException"/> where pydantic refuses a value; the real service then answers 500.
    /// </summary>
    public static string FromBody(object? body)
    {
        if (body is not PyDict data)
        {
            throw new FormatException("The body is not a JSON object.");
        }

        return PyJsonWriter.Compact(
            new PyDict
            {
                ["executor_class"] = Sound(PyText.Str(data.Get("executor_class"))),
                ["docker_image"] = data.TryGetValue("docker_image", out object? image) ? Sound(PyText.Str(image)) : "",
                ["args"] = TextList(data, "args"),
                ["env"] = TextMap(data, "env"),
                ["use_gpu"] = Boolean(data, "use_gpu"),
                ["artifacts_dir"] = ArtifactsDir(data),
                ["on_trusted_miner"] = Boolean(data, "on_trusted_miner"),
                ["download_time_limit"] = Integer(data, "download_time_limit"),
                ["execution_time_limit"] = Integer(data, "execution_time_limit"),
                ["upload_time_limit"] = Integer(data, "upload_time_limit"),
                ["streaming_start_time_limit"] = Integer(data, "streaming_start_time_limit"),
                ["streaming_details"] = data.TryGetValue("streaming_details", out object? details) ? Streaming(details) : null,
                ["volumes"] = Json(data, "volumes"),
                ["uploads"] = Json(data, "uploads"),
            }
        );
    }

    /// <summary>The validator's view.</summary>
    public static string FromRequest(JobRequest job) =>
        PyJsonWriter.Compact(
            new PyDict
            {
                ["executor_class"] = job.ExecutorClass,
                ["docker_image"] = job.DockerImage,
                ["args"] = job.Args,
                ["env"] = job.Env,
                ["use_gpu"] = job.UseGpu,
                ["artifacts_dir"] = job.ArtifactsDir,
                ["on_trusted_miner"] = job.OnTrustedMiner,
                ["download_time_limit"] = job.DownloadTimeLimit,
                ["execution_time_limit"] = job.ExecutionTimeLimit,
                ["upload_time_limit"] = job.UploadTimeLimit,
                ["streaming_start_time_limit"] = job.StreamingStartTimeLimit,
                ["streaming_details"] =
                    job.StreamingClientCert.Length == 0
                        ? null
                        : new PyDict { ["public_key"] = job.StreamingClientCert, ["executor_ip"] = null },
                ["volumes"] = job.Volumes,
                ["uploads"] = job.Uploads,
            }
        );

    private static string ArtifactsDir(PyDict data) =>
        data.Get("artifacts_dir") switch
        {
            null or false or "" or PyList { Count: 0 } or PyDict { Count: 0 } or 0.0 => "",
            BigInteger { IsZero: true } => "",
            string text => Sound(text),
            _ => throw Refused("artifacts_dir"),
        };

    private static PyList TextList(PyDict data, string field)
    {
        if (!data.TryGetValue(field, out object? value))
        {
            return [];
        }

        return value is PyList list && list.All(item => item is string)
            ? new PyList(list.Select(item => (object?)Sound((string)item!)))
            : throw Refused(field);
    }

    private static PyDict TextMap(PyDict data, string field)
    {
        if (!data.TryGetValue(field, out object? value))
        {
            return [];
        }

        if (value is not PyDict map || !map.Values.All(item => item is string))
        {
            throw Refused(field);
        }

        foreach ((string key, object? item) in map)
        {
            Sound(key);
            Sound((string)item!);
        }

        return map;
    }

    private static PyList Json(PyDict data, string field) =>
        data.TryGetValue(field, out object? value) ? value as PyList ?? throw Refused(field) : [];

    /// <summary>pydantic's lax bool: JSON booleans, 0 and 1, and a fixed set of words.</summary>
    private static bool Boolean(PyDict data, string field)
    {
        if (!data.TryGetValue(field, out object? value))
        {
            return false;
        }

        return value switch
        {
            bool flag => flag,
            BigInteger { IsOne: true } or 1.0 => true,
            BigInteger { IsZero: true } or 0.0 => false,
            string text when text.ToLowerInvariant() is "1" or "true" or "t" or "yes" or "y" or "on" => true,
            string text when text.ToLowerInvariant() is "0" or "false" or "f" or "no" or "n" or "off" => false,
            _ => throw Refused(field),
        };
    }

    /// <summary>pydantic's lax int: integers, reals and texts without a fraction, booleans.</summary>
    private static BigInteger Integer(PyDict data, string field)
    {
        if (!data.TryGetValue(field, out object? value))
        {
            return BigInteger.Zero;
        }

        return value switch
        {
            BigInteger integer => integer,
            bool flag => flag ? BigInteger.One : BigInteger.Zero,
            double real when double.IsInteger(real) => new BigInteger(real),
            string text when TryInteger(text, out BigInteger integer) => integer,
            _ => throw Refused(field),
        };
    }

    private static bool TryInteger(string text, out BigInteger value)
    {
        string trimmed = PyText.Strip(text);
        int point = trimmed.IndexOf('.', StringComparison.Ordinal);
        if (point > 0 && trimmed.AsSpan(point + 1).Trim('0').IsEmpty)
        {
            trimmed = trimmed[..point];
        }

        return BigInteger.TryParse(trimmed, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }

    private static PyDict Streaming(object? value)
    {
        if (
            value is not PyDict details
            || details.Get("public_key") is not string key
            || details.Get("executor_ip") is not (null or string)
        )
        {
            throw Refused("streaming_details");
        }

        return new PyDict { ["public_key"] = Sound(key), ["executor_ip"] = details.Get("executor_ip") };
    }

    private static string Sound(string text) =>
        PyText.HasLoneSurrogate(text) ? throw new FormatException("A text holds half of a surrogate pair.") : text;

    private static FormatException Refused(string field) => new($"'{field}' has a type that SignedFields refuses.");
}
