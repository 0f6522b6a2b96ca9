using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using ComputeHorde.Emulator.Python;

namespace ComputeHorde.Emulator.Executor;

/// <summary>The built-in images: deterministic functions of the job. Any unknown image works like <c>echo</c>.</summary>
internal static class PretendImages
{
    public static ImageResult Run(ImageTask task) => Image(task) with { StdoutWidth = Number(task, "EMULATOR_STDOUT_CHARS", 0) };

    private static ImageResult Image(ImageTask task) =>
        task.Image switch
        {
            "sha256" => Sha256(task),
            "matmul" => Matmul.Run(task),
            "sleep" => Sleep(task),
            "fail" => Fail(task),
            "stream" => Echo(task) with { Duration = Seconds(task, 5) },
            _ => Echo(task),
        };

    /// <summary>The bytes of the output file <paramref name="path"/>, relative to <c>/output/</c>.</summary>
    public static Stream Output(ImageTask task, ImageResult result, string path)
    {
        if (path == "stdout.txt")
        {
            return Bytes(Encoding.UTF8.GetBytes(result.Stdout));
        }

        if (path == "stderr.txt")
        {
            return Bytes(Encoding.UTF8.GetBytes(result.Stderr));
        }

        return result.Files.TryGetValue(path, out byte[]? file) ? Bytes(file) : Filler(task, path);
    }

    /// <summary>The artifact that every image leaves: what it was given and the digest of it.</summary>
    public static byte[] ResultJson(ImageTask task, PyDict extra)
    {
        var inputs = new PyDict();
        foreach (InputFile input in task.Inputs)
        {
            inputs[input.Path] = input.Sha256;
        }

        var result = new PyDict
        {
            ["image"] = task.Image,
            ["args"] = new PyList(task.Args),
            ["inputs"] = inputs,
        };
        foreach ((string key, object? value) in extra)
        {
            result[key] = value;
        }

        return Encoding.UTF8.GetBytes(PyJsonWriter.Compact(result) + "\n");
    }

    private static ImageResult Echo(ImageTask task)
    {
        string text = string.Join(' ', task.Args);
        if (task.Cheats && text.Length > 0)
        {
            text = text[..^1] + (text[^1] == 'e' ? 'a' : 'e');
        }

        return new ImageResult
        {
            Text = text + "\n",
            Files = new Dictionary<string, byte[]>(StringComparer.Ordinal)
            {
                ["result.json"] = ResultJson(task, new PyDict { ["digest"] = Convert.ToHexStringLower(task.Digest()) }),
            },
        };
    }

    /// <summary>Like <c>sha256sum /volume/*</c>; without inputs, the digest of the arguments joined by spaces.</summary>
    private static ImageResult Sha256(ImageTask task)
    {
        var lines = new StringBuilder();
        foreach (InputFile input in task.Inputs)
        {
            lines.Append(Faked(task, input.Sha256)).Append("  ").Append(input.Path).Append('\n');
        }

        if (task.Inputs.Count == 0)
        {
            lines.Append(Faked(task, Hash(string.Join(' ', task.Args)))).Append("  -\n");
        }

        string stdout = lines.ToString();
        return new ImageResult
        {
            Text = stdout,
            Files = new Dictionary<string, byte[]>(StringComparer.Ordinal)
            {
                ["sha256.txt"] = Encoding.UTF8.GetBytes(stdout),
                ["result.json"] = ResultJson(task, new PyDict { ["digest"] = Convert.ToHexStringLower(task.Digest()) }),
            },
        };
    }

    private static ImageResult Sleep(ImageTask task)
    {
        TimeSpan duration = Seconds(task, 10);
        return Echo(task) with
        {
            Text = string.Create(CultureInfo.InvariantCulture, $"slept {duration.TotalSeconds} s\n"),
            Duration = duration,
        };
    }

    private static ImageResult Fail(ImageTask task)
    {
        int code =
            task.Args.Count > 0 && int.TryParse(task.Args[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int given)
                ? given
                : 1;
        return new ImageResult
        {
            Text = "partial\n",
            Stderr = task.Args.Count > 1 ? task.Args[1] + "\n" : "failed as asked\n",
            ExitCode = code,
            Files = new Dictionary<string, byte[]>(StringComparer.Ordinal),
        };
    }

    private static TimeSpan Seconds(ImageTask task, double missing) =>
        TimeSpan.FromSeconds(
            task.Args.Count > 0
            && double.TryParse(task.Args[0], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds)
                ? seconds
                : missing
        );

    /// <summary>
    /// A file nobody described: lines of hexadecimal digits from digest and path, <c>EMULATOR_OUTPUT_BYTES</c> long (256).
    /// </summary>
    private static FillerStream Filler(ImageTask task, string path) =>
        new(SHA256.HashData([.. task.Digest(), .. Encoding.UTF8.GetBytes(path)]), Number(task, "EMULATOR_OUTPUT_BYTES", 256));

    private static MemoryStream Bytes(byte[] bytes) => new(bytes, writable: false);

    private static int Number(ImageTask task, string variable, int missing) =>
        int.TryParse(task.Env.GetText(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : missing;

    private static string Faked(ImageTask task, string hash) => task.Cheats ? Hash(hash) : hash;

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
