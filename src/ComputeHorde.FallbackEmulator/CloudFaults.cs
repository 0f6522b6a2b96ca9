using System.Collections.Concurrent;

namespace ComputeHorde.FallbackEmulator;

/// <summary>What goes wrong.</summary>
public sealed class CloudFaults
{
    /// <summary>Nobody answers but with 503.</summary>
    public bool Away { get; set; }

    /// <summary>Kinds of machines that are sold out; <c>cpu</c> for CPU machines.</summary>
    public ConcurrentDictionary<string, bool> SoldOut { get; } = new(StringComparer.Ordinal);

    /// <summary>One for each of the next requests for a machine.</summary>
    public ConcurrentQueue<CreateFault> Creates { get; } = new();

    /// <summary>How long a new machine is missing from lists.</summary>
    public TimeSpan ListingLag { get; set; }

    /// <summary>Images are pulled for ever.</summary>
    public bool PullNeverEnds { get; set; }

    /// <summary>A pod may not delete itself.</summary>
    public bool PodKeyRefused { get; set; } = true;

    /// <summary>So many of the next deletions are answered with 500 and not done.</summary>
    public int FailedDeletes { get; set; }

    /// <summary>So many of the next requests are answered with 429.</summary>
    public int TooMany { get; set; }

    /// <summary>Azure answers a start with 202 and a place to look.</summary>
    public bool StartIsAccepted { get; set; }

    internal bool TakeFailedDelete() => FailedDeletes > 0 && FailedDeletes-- > 0;

    internal bool TakeTooMany() => TooMany > 0 && TooMany-- > 0;
}
