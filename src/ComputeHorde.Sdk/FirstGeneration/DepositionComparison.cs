using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace ComputeHorde.Sdk.FirstGeneration;

/// <summary>What a comparison of a job with its trusted copy says.</summary>
public enum DepositionVerdict
{
    /// <summary>The results agree.</summary>
    Match,

    /// <summary>The results differ.</summary>
    Mismatch,

    /// <summary>There is nothing to compare, or one of the jobs did not complete.</summary>
    Inconclusive,
}

/// <summary>The result of a comparison.</summary>
/// <param name="Verdict">Whether the results agree.</param>
/// <param name="Details">What was compared, for the report; texts and integers only.</param>
public sealed record DepositionResult(DepositionVerdict Verdict, JsonObject Details);

/// <summary>
/// The comparisons that come with the library. The set of names of the first generation is not known; these are this library's.
/// </summary>
public static class DepositionComparison
{
    /// <summary>Name of <see cref="Artifacts"/>, the default.</summary>
    public const string Sha256 = "sha256";

    /// <summary>Name of <see cref="Stdout"/>.</summary>
    public const string StdoutName = "stdout";

    /// <summary>Compares all artifacts byte by byte; the names must be the same.</summary>
    /// <param name="job">The completed job.</param>
    /// <param name="trusted">Its completed copy.</param>
    /// <returns>The verdict; inconclusive when neither has artifacts.</returns>
    public static DepositionResult Artifacts(ComputeHordeJob job, ComputeHordeJob trusted)
    {
        var own = job.Result!.Artifacts;
        var expected = trusted.Result!.Artifacts;
        if (own.Count == 0 && expected.Count == 0)
        {
            return new(DepositionVerdict.Inconclusive, new JsonObject { ["reason"] = "no artifacts" });
        }

        foreach (var path in own.Keys.Union(expected.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var (actual, wanted) = (Hash(own.GetValueOrDefault(path)), Hash(expected.GetValueOrDefault(path)));
            if (actual != wanted)
            {
                return new(DepositionVerdict.Mismatch, Differ(path, wanted, actual));
            }
        }

        return new(DepositionVerdict.Match, new JsonObject { ["artifacts"] = own.Count });
    }

    /// <summary>Compares standard output exactly.</summary>
    /// <param name="job">The completed job.</param>
    /// <param name="trusted">Its completed copy.</param>
    /// <returns>The verdict.</returns>
    public static DepositionResult Stdout(ComputeHordeJob job, ComputeHordeJob trusted)
    {
        var actual = Hash(System.Text.Encoding.UTF8.GetBytes(job.Result!.Stdout));
        var wanted = Hash(System.Text.Encoding.UTF8.GetBytes(trusted.Result!.Stdout));
        return actual == wanted
            ? new(DepositionVerdict.Match, new JsonObject { ["hash"] = actual })
            : new(DepositionVerdict.Mismatch, Differ("stdout", wanted, actual));
    }

    private static JsonObject Differ(string what, string expected, string actual) =>
        new()
        {
            ["reason"] = "hash_mismatch",
            ["what"] = what,
            ["expected_hash"] = expected,
            ["actual_hash"] = actual,
        };

    private static string Hash(byte[]? bytes) => bytes is null ? "absent" : Convert.ToHexStringLower(SHA256.HashData(bytes));
}
