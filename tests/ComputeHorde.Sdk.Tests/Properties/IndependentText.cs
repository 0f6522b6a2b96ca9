using System.Text;

namespace ComputeHorde.Sdk.Tests.Properties;

/// <summary>
/// The signed text of a specification, written a second time by other means: from the specification itself, rune by rune.
/// </summary>
internal static class IndependentText
{
    public static string SignedFields(ComputeHordeJobSpec spec, bool trusted, string? publicKey)
    {
        List<(string, string)> fields =
        [
            ("executor_class", Quote(spec.ExecutorClass)),
            ("docker_image", Quote(spec.DockerImage)),
            ("args", List(spec.Args)),
            ("env", Map(spec.Env)),
            ("use_gpu", "true"),
            ("artifacts_dir", Quote(spec.ArtifactsDir ?? "")),
            ("on_trusted_miner", trusted ? "true" : "false"),
            ("download_time_limit", $"{spec.DownloadTimeLimitSec}"),
            ("execution_time_limit", $"{spec.ExecutionTimeLimitSec}"),
            ("upload_time_limit", $"{spec.UploadTimeLimitSec}"),
            ("streaming_start_time_limit", $"{spec.StreamingStartTimeLimitSec}"),
            ("streaming_details", publicKey is null ? "null" : Object(("public_key", Quote(publicKey)), ("executor_ip", "null"))),
            (
                "volumes",
                Join("[]", spec.InputVolumes.Select(volume => Input(volume.Value, Quote(volume.Key.Remove(0, "/volume/".Length)))))
            ),
            (
                "uploads",
                Join(
                    "[]",
                    spec.OutputVolumes.Select(volume =>
                        Output((HttpOutputVolume)volume.Value, Quote(volume.Key.Remove(0, "/output/".Length)))
                    )
                )
            ),
        ];
        return Object([.. fields]);
    }

    /// <summary>The outer layer: printable ASCII as it is, all else by UTF-16 unit.</summary>
    public static string Literal(string text)
    {
        var ascii = string.Concat(
            text.Select(unit =>
                unit switch
                {
                    '\n' => @"\n",
                    '\r' => @"\r",
                    '\t' => @"\t",
                    '\b' => @"\b",
                    '\f' => @"\f",
                    '\\' => @"\\",
                    '"' => "\\\"",
                    < ' ' or > '~' => $"\\u{(int)unit:x4}",
                    _ => unit.ToString(),
                }
            )
        );
        return $"\"{ascii}\"";
    }

    private static string Input(InputVolume volume, string path) =>
        volume switch
        {
            InlineVolume v => Object(("volume_type", "\"inline\""), ("contents", Quote(v.Contents)), ("relative_path", path)),
            ZipUrlVolume v => Object(("volume_type", "\"zip_url\""), ("contents", Quote(v.Url)), ("relative_path", path)),
            HttpVolume v => Object(("volume_type", "\"single_file\""), ("url", Quote(v.Url)), ("relative_path", path)),
            HuggingfaceVolume v => Object(
                ("volume_type", "\"huggingface_volume\""),
                ("repo_id", Quote(v.RepoId)),
                ("repo_type", Quote(v.RepoType)),
                ("revision", Quote(v.Revision)),
                ("relative_path", path),
                (
                    "allow_patterns",
                    v.AllowPatterns is null ? "null"
                    : v.AllowPatterns.IsText ? Quote(v.AllowPatterns.Patterns[0])
                    : List(v.AllowPatterns.Patterns)
                ),
                ("token", Quote(v.Token))
            ),
            _ => throw new InvalidOperationException($"unknown volume {volume}"),
        };

    private static string Output(HttpOutputVolume v, string path) =>
        v.HttpMethod == "PUT"
            ? Object(
                ("output_upload_type", "\"single_file_put\""),
                ("url", Quote(v.Url)),
                ("relative_path", path),
                ("signed_headers", Map(v.SignedHeaders))
            )
            : Object(
                ("output_upload_type", "\"single_file_post\""),
                ("url", Quote(v.Url)),
                ("form_fields", Map(v.FormFields)),
                ("relative_path", path),
                ("signed_headers", Map(v.SignedHeaders))
            );

    private static string Map(OrderedDictionary<string, string>? map) =>
        map is null ? "null" : Object([.. map.Select(entry => (entry.Key, Quote(entry.Value)))]);

    private static string List(IEnumerable<string> texts) => Join("[]", texts.Select(Quote));

    private static string Object(params (string Key, string Value)[] members) =>
        Join("{}", members.Select(member => $"{Quote(member.Key)}:{member.Value}"));

    private static string Join(string brackets, IEnumerable<string> parts) => brackets[0] + string.Join(",", parts) + brackets[1];

    private static string Quote(string? text)
    {
        if (text is null)
        {
            return "null";
        }

        var builder = new StringBuilder("\"");
        foreach (var rune in text.EnumerateRunes())
        {
            builder.Append(
                rune.Value switch
                {
                    0x22 => "\\\"",
                    0x5c => "\\\\",
                    0x08 => "\\b",
                    0x09 => "\\t",
                    0x0a => "\\n",
                    0x0c => "\\f",
                    0x0d => "\\r",
                    < 0x20 => "\\u00" + rune.Value.ToString("x2"),
                    _ => rune.ToString(),
                }
            );
        }

        return builder.Append('"').ToString();
    }
}
