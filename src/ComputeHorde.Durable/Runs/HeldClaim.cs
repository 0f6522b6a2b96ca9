using System.Globalization;
using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Runs;

/// <summary>
/// The claim of an attempt in the hands of one execution that buys for it: as it was last written, and whether a job may have been bought
/// under it.
/// </summary>
/// <param name="knownInVain">See <see cref="BuyJobInput.KnownInVain"/>.</param>
internal sealed class HeldClaim(AttemptClaims claims, AttemptClaim claim, string? knownInVain)
{
    public AttemptClaim Claim { get; private set; } = claim;

    /// <summary>
    /// Whether a job may have been bought. Only an empty look-up, made when no request can arrive any more, says that none was; a refusal
    /// of that look-up says nothing.
    /// </summary>
    public bool IsInDoubt { get; private set; } = claim.JobUuid is not null || (MarkOf(claim) is { } mark && mark != knownInVain);

    /// <summary>Names the last request that was sent; null when none was.</summary>
    public string? Mark => MarkOf(Claim);

    /// <summary>Notes that a request which may buy the job is about to be sent.</summary>
    /// <exception cref="LostClaimException">Another execution has taken the attempt over, and may send one of its own.</exception>
    public async Task NoteRequestAsync(CancellationToken cancellationToken)
    {
        IsInDoubt = true;
        Claim = await claims.NoteRequestAsync(Claim, cancellationToken);
    }

    /// <summary>Notes that none of the requests so far has bought anything, and none will.</summary>
    public void NoteInVain() => IsInDoubt = false;

    /// <summary>Notes that there is a job.</summary>
    public void NoteBought() => IsInDoubt = true;

    // A storage that forgot a request knows their number wrongly, a clock that was set their times: together they name one.
    private static string? MarkOf(AttemptClaim claim) =>
        claim.LastRequest is { } sent
            ? string.Create(CultureInfo.InvariantCulture, $"{claim.Requests}@{sent.At.ToUnixTimeMilliseconds()}")
            : null;
}
