using FsCheck;
using FsCheck.Fluent;

namespace ComputeHorde.Sdk.Tests.Properties;

/// <summary>Random texts, JSON and specifications that go for the edges.</summary>
internal static class Generators
{
    private static readonly string[] Pieces =
    [
        "a",
        "B",
        "0",
        " ",
        "\"",
        "\\",
        "/",
        "<",
        "&",
        "'",
        "\b",
        "\t",
        "\n",
        "\f",
        "\r",
        "\u0001",
        "\u000b",
        "\u001f",
        "\u007f",
        "\u0080",
        "\u009f",
        "\u00a0",
        "é",
        "e\u0301",
        "\u2028",
        "\u2029",
        "\ufeff",
        "\ufffd",
        "\uffff",
        "\ue000",
        "日",
        "\U0001F600",
        "\U0001F469\u200D\U0001F52C",
        "\U0010FFFF",
        "\\u0041",
        "null",
        "{}",
        "\u200b",
    ];

    private static readonly string[] Names =
    [
        "uuid",
        "status",
        "status_history",
        "metadata",
        "created_at",
        "args",
        "env",
        "artifacts",
        "upload_results",
        "headers",
        "body",
        "stdout",
        "horde_failure_details",
        "job_failure_details",
        "job_rejection_details",
        "context",
        "reason",
        "stage",
        "miner_response",
        "streaming_server_port",
        "executor_class",
        "docker_image",
        "input_volumes",
        "output_volumes",
        "type",
        "url",
        "http_method",
        "form_fields",
        "allow_patterns",
        "execution_time_limit_sec",
        "detail",
        "error",
        "msg",
        "loc",
        "secretSeed",
        "privateKey",
        "ss58Address",
        "secretPhrase",
        "publicKey",
        "\\ud800",
        "",
    ];

    /// <summary>Valid Unicode without NUL.</summary>
    public static Gen<string> Text { get; } = Gen.ListOf(Gen.Elements(Pieces)).Select(pieces => string.Concat(pieces));

    /// <summary>What the facilitator does not trim: not empty, no white space at the edges.</summary>
    public static Gen<string> Trimmed { get; } = Text.Select(text => "x" + text + "x");

    /// <summary>Any UTF-16, lone surrogates and NUL included.</summary>
    public static Gen<string> AnyText { get; } =
        Gen.ListOf(Gen.OneOf(Gen.Elements(Pieces), Gen.Choose(0, 0xffff).Select(unit => ((char)unit).ToString())))
            .Select(pieces => string.Concat(pieces));

    public static Gen<OrderedDictionary<string, string>> Map { get; } =
        Gen.ListOf(Gen.Zip(Text, Text))
            .Select(pairs =>
            {
                var map = new OrderedDictionary<string, string>();
                foreach (var (key, value) in pairs)
                {
                    map[key] = value;
                }

                return map;
            });

    public static Gen<ComputeHordeJobSpec> Spec { get; } =
        from executorClass in Gen.Elements(ExecutorClass.All.ToArray())
        from image in Trimmed
        from args in Gen.ListOf(Trimmed)
        from env in Map
        from artifacts in Maybe(Trimmed)
        from inputs in Volumes("/volume/", Input)
        from outputs in Volumes("/output/", Output)
        from limits in Gen.ArrayOf(Gen.OneOf(Gen.Choose(1, 100), Gen.Constant(JobSpecValidation.MaxTimeLimitSec)), 4)
        from name in Maybe(Trimmed)
        select new ComputeHordeJobSpec
        {
            ExecutorClass = executorClass,
            DockerImage = image[..Math.Min(image.Length, 1)] + "img",
            JobNamespace = name is null ? null : "SN1.0",
            Args = [.. args],
            Env = env,
            ArtifactsDir = artifacts is null ? null : "/artifacts",
            InputVolumes = inputs,
            OutputVolumes = outputs,
            DownloadTimeLimitSec = limits[0],
            ExecutionTimeLimitSec = limits[1],
            UploadTimeLimitSec = limits[2],
            StreamingStartTimeLimitSec = limits[3],
            Streaming = name is null,
        };

    /// <summary>JSON of any shape, with the names that the readers look for.</summary>
    public static Gen<string> Json { get; } = JsonOf(4);

    private static Gen<InputVolume> Input =>
        Gen.OneOf(
            Text.Select(text => (InputVolume)InlineVolume.FromFileContents("f", System.Text.Encoding.UTF8.GetBytes(text))),
            Text.Select(text => (InputVolume)new HttpVolume("https://h.example/" + text)),
            Text.Select(text => (InputVolume)new ZipUrlVolume("https://z.example/?" + text)),
            from repo in Trimmed
            from revision in Maybe(Text)
            from token in Maybe(Text)
            from type in Gen.Elements(null, "model", "dataset", "space")
            from patterns in Gen.OneOf(
                Gen.Constant<AllowPatterns?>(null),
                Trimmed.Select(text => (AllowPatterns?)AllowPatterns.Text(text)),
                Gen.ListOf(Trimmed).Select(list => (AllowPatterns?)AllowPatterns.List(list))
            )
            select (InputVolume)
                new HuggingfaceVolume(repo)
                {
                    Revision = revision,
                    Token = token,
                    RepoType = type,
                    AllowPatterns = patterns,
                }
        );

    private static Gen<OutputVolume> Output =>
        from method in Gen.Elements("PUT", "POST")
        from path in Text
        from fields in Maybe(Map)
        from headers in Gen.Elements<int?>(null, 0, 1, 2)
        select (OutputVolume)
            new HttpOutputVolume(method, "https://o.example/" + path)
            {
                FormFields = method == "PUT" ? null : fields,
                SignedHeaders = headers is { } count
                    ? new(
                        Enumerable
                            .Range(0, count)
                            .Select(i => KeyValuePair.Create($"x-{9 - i}", path.Replace('\n', ' ').Replace('\r', ' ')))
                    )
                    : null,
            };

    private static Gen<T?> Maybe<T>(Gen<T> gen)
        where T : class => Gen.OneOf(Gen.Constant<T?>(null), gen.Select(value => (T?)value));

    private static Gen<OrderedDictionary<string, T>> Volumes<T>(string prefix, Gen<T> gen) =>
        Gen.ListOf(gen)
            .Select(volumes => new OrderedDictionary<string, T>(
                volumes.Take(4).Select((volume, i) => KeyValuePair.Create($"{prefix}{(i % 2 == 0 ? "ż" : "a")}{9 - i}", volume))
            ));

    private static Gen<string> JsonOf(int depth)
    {
        var scalar = Gen.OneOf(
            Gen.Elements(
                "null",
                "true",
                "0",
                "-1",
                "1e400",
                "1.5",
                "99999999999999999999",
                "\"\"",
                "\"completed\"",
                "\"\\ud800\"",
                "\"2026-01-01T00:00:00Z\"",
                "\"aGk=\"",
                "\"{}\""
            ),
            Gen.Constant("\"3a7bd778-6e80-4946-80c4-53f29f1273bf\""),
            AnyText.Select(text => System.Text.Json.JsonSerializer.Serialize(Clean(text)))
        );
        if (depth == 0)
        {
            return scalar;
        }

        var inner = JsonOf(depth - 1);
        var member = Gen.Zip(Gen.Elements(Names), inner).Select(pair => $"\"{pair.Item1}\":{pair.Item2}");
        return Gen.OneOf(
            scalar,
            Gen.ListOf(inner).Select(items => $"[{string.Join(',', items.Take(4))}]"),
            Gen.ListOf(member).Select(items => $"{{{string.Join(',', items.Take(8))}}}"),
            Gen.ListOf(member)
                .Select(items => $"{{\"uuid\":\"3a7bd778-6e80-4946-80c4-53f29f1273bf\",{string.Join(',', items.Append("\"x\":1"))}}}")
        );
    }

    private static string Clean(string text) => System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text));
}
