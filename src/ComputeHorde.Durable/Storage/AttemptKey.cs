using System.Globalization;

namespace ComputeHorde.Durable.Storage;

/// <summary>Names one attempt of one run. Its <see cref="Tag"/> goes to the facilitator and makes the purchase idempotent.</summary>
/// <param name="InstanceId">The run.</param>
/// <param name="Attempt">Counted from 1.</param>
/// <param name="OnTrustedMiner">Whether this is a copy on the trusted miner.</param>
internal sealed record AttemptKey(string InstanceId, int Attempt, bool OnTrustedMiner = false)
{
    private const string TrustedPrefix = "trusted";

    /// <summary>The run that a copy on the trusted miner belongs to; null when the tag begins with <see cref="InstanceId"/>.</summary>
    public string? CopyOf { get; init; }

    /// <summary>
    /// The job's tag: <c>&lt;run&gt;#&lt;attempt&gt;</c>, or <c>&lt;run&gt;#trusted&lt;attempt&gt;</c> for a copy on the trusted miner.
    /// </summary>
    public string Tag => $"{CopyOf ?? InstanceId}#{Suffix}";

    /// <summary>The part of blob names that belongs to this attempt: <c>&lt;run&gt;/&lt;attempt&gt;</c>.</summary>
    public string Path => $"{InstanceId}/{Suffix}";

    private string Suffix => OnTrustedMiner ? TrustedPrefix + Attempt : Attempt.ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads a <see cref="Path"/> back, but for <see cref="CopyOf"/>.</summary>
    public static AttemptKey FromPath(string path)
    {
        var slash = path.LastIndexOf('/');
        var suffix = path[(slash + 1)..];
        var isTrusted = suffix.StartsWith(TrustedPrefix, StringComparison.Ordinal);
        return new AttemptKey(
            path[..slash],
            int.Parse(isTrusted ? suffix[TrustedPrefix.Length..] : suffix, CultureInfo.InvariantCulture),
            isTrusted
        );
    }
}
