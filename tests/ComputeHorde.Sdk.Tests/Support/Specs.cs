namespace ComputeHorde.Sdk.Tests;

/// <summary>Job specifications for tests.</summary>
internal static class Specs
{
    public const string Validator = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty";

    public static ComputeHordeJobSpec Minimal { get; } =
        new()
        {
            ExecutorClass = ExecutorClass.AlwaysOnLlmA6000,
            DockerImage = "me/img:latest",
            DownloadTimeLimitSec = 5,
            ExecutionTimeLimitSec = 10,
            UploadTimeLimitSec = 5,
        };

    /// <summary>Every volume and upload type, and texts from all over Unicode.</summary>
    public static ComputeHordeJobSpec Everything { get; } =
        Minimal with
        {
            JobNamespace = "SN123.0",
            Args =
            [
                "--name",
                "Zażółć gęślą jaźń",
                "日本語",
                "a\u007f\u2028\u0001b",
                "\U0001F680\U0001F469\u200D\U0001F52C",
                "\"quoted\" \\back/slash",
                "\ufeff",
            ],
            Env = new()
            {
                ["Z"] = " not trimmed ",
                ["A"] = "",
                ["ключ"] = "значение\n\t",
            },
            ArtifactsDir = "/artifacts",
            InputVolumes = new()
            {
                ["/volume/inline"] = InlineVolume.FromFileContents("příklad.txt", "hello"u8.ToArray()),
                ["/volume/file.bin"] = new HttpVolume("https://data.example/file?sig=s%20ecret"),
                ["/volume/zip"] = new ZipUrlVolume("https://data.example/a.zip"),
                ["/volume/model"] = new HuggingfaceVolume("org/model")
                {
                    Revision = "abc",
                    AllowPatterns = new[] { "*.json", "ü*" },
                    Token = "hf_secret",
                },
                ["/volume/data"] = new HuggingfaceVolume("org/data") { RepoType = "dataset", AllowPatterns = "*.csv" },
                ["/volume/plain"] = new HuggingfaceVolume("org/plain"),
            },
            OutputVolumes = new()
            {
                ["/output/put.bin"] = new HttpOutputVolume("PUT", "https://store.example/put?sig=secret")
                {
                    SignedHeaders = new() { ["x-ms-blob-type"] = "BlockBlob" },
                },
                ["/output/bare.bin"] = new HttpOutputVolume("PUT", "https://store.example/bare"),
                ["/output/form.bin"] = new HttpOutputVolume("POST", "https://store.example/form")
                {
                    FormFields = new() { ["policy"] = "p", ["a"] = "ä" },
                    SignedHeaders = [],
                },
                ["/output/bareform.bin"] = new HttpOutputVolume("POST", "https://store.example/form2"),
            },
        };
}
