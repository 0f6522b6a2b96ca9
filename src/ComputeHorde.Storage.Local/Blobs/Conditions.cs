using ComputeHorde.Storage.Local.Http;

namespace ComputeHorde.Storage.Local.Blobs;

/// <summary>The conditional headers: learn.microsoft.com, "Specify conditional headers for Blob service operations".</summary>
internal sealed record Conditions(
    string[] IfMatch,
    string[] IfNoneMatch,
    DateTimeOffset? IfModifiedSince,
    DateTimeOffset? IfUnmodifiedSince
)
{
    /// <summary>The request is for a resource that is not there yet.</summary>
    public bool NeedsNothingThere => IfNoneMatch is ["*"];

    public static Conditions Read(StorageRequest request) =>
        new(
            ETags(request.Header("If-Match")),
            ETags(request.Header("If-None-Match")),
            HttpDate.Read(request, "If-Modified-Since"),
            HttpDate.Read(request, "If-Unmodified-Since")
        );

    /// <exception cref="StorageError">The resource is not to be read: 412, or 304 for what the reader has already.</exception>
    public void CheckRead(string eTag, DateTimeOffset modified)
    {
        if (NeedsNothingThere)
        {
            throw Errors.UnsatisfiableCondition();
        }

        var time = HttpDate.Seconds(modified);
        if ((IfMatch.Length > 0 && !Names(IfMatch, eTag)) || time > IfUnmodifiedSince)
        {
            throw Errors.ConditionNotMet();
        }

        // Either of the two is enough to read.
        bool? isOther = IfNoneMatch.Length > 0 ? !Names(IfNoneMatch, eTag) : null;
        bool? isNewer = IfModifiedSince is { } since ? time > since : null;
        if ((isOther == false && isNewer != true) || (isNewer == false && isOther != true))
        {
            throw Errors.ConditionNotMet(304);
        }
    }

    /// <exception cref="StorageError">412, or 400 for headers that a write does not take together.</exception>
    public void CheckWrite(string? eTag, DateTimeOffset modified)
    {
        CheckCombination();
        if (eTag is null)
        {
            if (IfMatch.Length > 0)
            {
                throw Errors.ConditionNotMet();
            }

            return;
        }

        var time = HttpDate.Seconds(modified);
        var met =
            IfNoneMatch.Length > 0 ? NeedsNothingThere || !Names(IfNoneMatch, eTag)
            : IfMatch.Length > 0 ? Names(IfMatch, eTag)
            : !(time <= IfModifiedSince) && !(time > IfUnmodifiedSince);
        if (!met)
        {
            throw Errors.ConditionNotMet();
        }
    }

    private static bool Names(string[] eTags, string eTag) => eTags[0] == "*" || eTags.Contains(eTag.Trim('"'));

    private static string[] ETags(string? header) =>
        header is null ? [] : [.. header.Split(',').Select(static eTag => eTag.Trim().Trim('"'))];

    private void CheckCombination()
    {
        var forNews = (IfNoneMatch.Length > 0 ? 1 : 0) + (IfModifiedSince is null ? 0 : 1);
        var given = forNews + (IfMatch.Length > 0 ? 1 : 0) + (IfUnmodifiedSince is null ? 0 : 1);
        if (IfMatch.Length > 1 || IfNoneMatch.Length > 1 || given > 2 || (given == 2 && forNews == 1))
        {
            throw Errors.MultipleConditions();
        }
    }
}
