using System.Text;
using ComputeHorde.Sdk;

namespace ComputeHorde.Fallback;

/// <summary>
/// Writes the script that runs a job on a machine: a head with this job's facts, then <c>run-job.sh</c>, which is the same for all.
/// </summary>
internal static class WrapperScript
{
    /// <summary>Linux takes 128 KiB in one environment variable.</summary>
    public const int MaxLength = 120_000;

    /// <summary>Starts the script that <c>CH_SCRIPT</c> holds. No single quote may stand in it.</summary>
    public const string Bootstrap =
        "umask 077; d=${CH_ROOT:-}/tmp; mkdir -p \"$d\"; printf %s \"$CH_SCRIPT\" | base64 -d >\"$d/.ch.sh\" && exec /bin/sh \"$d/.ch.sh\"";

    private const string Root = "/output/",
        Boundary = "----computehorde-";

    private static readonly string Body = ReadBody();

    /// <summary>The whole script.</summary>
    /// <exception cref="FallbackException">Something cannot stand in a script.</exception>
    public static string Write(WrapperJob job)
    {
        var script = new StringBuilder();
        Set(script, "CH_NONCE", job.Nonce);
        Set(script, "CH_MAX", (2L << 30).ToString());
        Set(script, "CH_D", job.Spec.DownloadTimeLimitSec.ToString());
        Set(script, "CH_E", job.Spec.ExecutionTimeLimitSec.ToString());
        Set(script, "CH_U", job.Spec.UploadTimeLimitSec.ToString());
        Set(script, "CH_BEAT", Math.Max(1, (int)job.Heartbeat.TotalSeconds).ToString());
        Set(script, "CH_ART", job.Spec.ArtifactsDir?.TrimEnd('/') ?? "");
        Set(script, "CH_CWD", job.WorkingDir);
        foreach (var (name, url) in job.Uploads)
        {
            Set(script, $"CH_PUT_{name}", url.AbsoluteUri);
        }

        script.Append("set -- ").AppendJoin(' ', job.Command.Select(static (word, index) => Quote($"args[{index}]", word))).Append('\n');
        script.Append("ch_inputs() {\n");
        foreach (var input in job.Inputs)
        {
            var path = "\"$V\"/" + Quote("input_volumes", input.Path);
            script
                .Append(
                    input.IsArchive
                        ? $"unpack {Quote("url", input.Url)} {path}"
                        : $"fetch {Quote("url", input.Url)} {path}{Headers(input.Headers)}"
                )
                .Append(" || return 1\n");
        }

        script.Append(":\n}\nch_outputs() {\n");
        var number = 0;
        foreach (var (path, volume) in job.Spec.OutputVolumes)
        {
            WriteOutput(script, path[Root.Length..], (HttpOutputVolume)volume, number++);
        }

        return script.Append(":\n}\n").Append(Body).ToString();
    }

    /// <summary>The script as it travels in an environment variable.</summary>
    /// <exception cref="FallbackException">It is too long.</exception>
    public static string Encode(string script)
    {
        var text = Convert.ToBase64String(Encoding.UTF8.GetBytes(script));
        return text.Length <= MaxLength
            ? text
            : throw new FallbackException(
                FallbackFailure.Job,
                $"The job's start script has {text.Length} characters, of which a fallback machine takes {MaxLength}: give it fewer volumes or shorter arguments."
            );
    }

    private static void WriteOutput(StringBuilder script, string path, HttpOutputVolume volume, int number)
    {
        var file = "\"$O\"/" + Quote("output_volumes", path);
        var url = Quote("url", volume.Url);
        var headers = Headers(volume.SignedHeaders ?? []);
        if (volume.HttpMethod != HttpOutputVolume.Post)
        {
            script.Append($"put {Quote("http_method", volume.HttpMethod)} {url} {file}{headers} || return 1\n");
            return;
        }

        var boundary = Boundary + Guid.NewGuid().ToString("N");
        List<string> lines = [];
        foreach (var (name, value) in volume.FormFields ?? [])
        {
            lines.AddRange([$"--{boundary}", $"Content-Disposition: form-data; name=\"{Disposition(name)}\"", "", value]);
        }

        lines.AddRange([
            $"--{boundary}",
            $"Content-Disposition: form-data; name=\"file\"; filename=\"{Disposition(path[(path.LastIndexOf('/') + 1)..])}\"",
            "Content-Type: application/octet-stream",
            "",
        ]);
        script
            .Append("printf '%s\\r\\n' ")
            .AppendJoin(' ', lines.Select(static line => Quote("form_fields", line)))
            .Append($" >\"$W/head{number}\"\n")
            .Append($"post {url} {file} '{boundary}' \"$W/head{number}\"{headers} || return 1\n");
    }

    private static string Headers(IEnumerable<KeyValuePair<string, string>> headers) =>
        string.Concat(
            headers.Select(static header =>
                (header.Key + header.Value).Any(char.IsControl)
                    ? throw new FallbackException(FallbackFailure.Job, "signed_headers: no header may hold a control character.")
                    : " " + Quote("signed_headers", $"{header.Key}: {header.Value}")
            )
        );

    private static string Disposition(string text) =>
        text.Any(char.IsControl)
            ? throw new FallbackException(FallbackFailure.Job, "form_fields: no name may hold a control character.")
            : text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "%22", StringComparison.Ordinal);

    private static void Set(StringBuilder script, string name, string value) =>
        script.Append(name).Append('=').Append(Quote(name, value)).Append('\n');

    /// <summary>A word that a shell takes as it is.</summary>
    private static string Quote(string field, string text) =>
        text.Contains('\0') || (field == "url" && text.Any(char.IsControl))
            ? throw new FallbackException(FallbackFailure.Job, $"{field}: holds a character that cannot stand there.")
            : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static string ReadBody()
    {
        using var reader = new StreamReader(typeof(WrapperScript).Assembly.GetManifestResourceStream("run-job.sh")!);
        return reader.ReadToEnd();
    }
}
