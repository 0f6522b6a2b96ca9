namespace ComputeHorde.Storage.Local.Tests.Differential;

/// <summary>
/// Where Azurite is not followed, and why: the service's documentation (learn.microsoft.com/rest/api/storageservices) says otherwise.
/// </summary>
internal static class KnownDifferences
{
    private static readonly (string Scenario, string Step, string Line, string Reason)[] Listed =
    [
        // Listings
        (
            "*",
            "comp=list",
            "- /EnumerationResults/MaxResults = 5000",
            "List Containers, List Blobs: present if it was specified in the URI."
        ),
        ("*", "comp=list", "- /EnumerationResults/Prefix = ", "The same."),
        ("*", "comp=list", "- /EnumerationResults/Marker = ", "The same."),
        ("*", "comp=list", "+ /EnumerationResults/Marker", "The same: Azurite leaves out the marker of containers that was specified."),
        (
            "*",
            "include=metadata",
            "+ /EnumerationResults/Containers/Container/Metadata",
            "An empty element says that there is none; SDKs read both alike."
        ),
        ("*", "include=metadata", "+ /EnumerationResults/Blobs/Blob/Metadata", "The same."),
        (
            "*",
            "comp=list",
            "- /EnumerationResults/Blobs/Blob/Properties/AccessTierChangeTime",
            "List Blobs: not returned unless the tier was set."
        ),
        ("listing", "delimiter=%2F&maxresults=2", "", "The marker is opaque; ours is the last entry, a common beginning here."),
        (
            "listing",
            "delimiter=%2F&marker=b%2F",
            "- /EnumerationResults/Blobs/BlobPrefix/Name = b/",
            "A marker that is an entry of the page before does not begin the next page with it again."
        ),
        ("*", "maxresults", "+ ", "Errors carry a code and a body: Status and error codes."),
        // Blobs
        ("*", "HEAD", "- x-ms-access-tier-change-time", "Get Blob Properties: not returned unless the tier was set."),
        (
            "*",
            "GET blob /{box}/a?comp=metadata",
            "- ",
            "Get Blob Metadata answers with ETag, Last-Modified and metadata; Azurite sends the blob."
        ),
        ("blob", "HEAD blob /{box}/a?comp=metadata", "", "The same: there is no body, and no length of one."),
        ("ranges", "bytes=10-12", "", "Range headers: InvalidRange (416) when the range begins at or after the end."),
        ("ranges", "bytes=0-", "", "The same for an empty blob."),
        (
            "metadata and properties",
            "GET blob /{box}/a",
            "- content-md5",
            "Set Blob Properties: a property that is not specified is cleared."
        ),
        ("conditions of reads", "GET", "- content-type: application/xml", "304 has no body."),
        (
            "conditions of writes",
            "If-Match: * << x",
            "",
            "Conditional headers: If-Match: * is met by an existing resource only; the blob is not there (412)."
        ),
        ("conditions of writes", "If-None-Match: * << x", "", "It follows: the blob is not there, so this one makes it."),
        ("checksums", "Content-MD5", "", "Put Blob, Put Block: Md5Mismatch (400), InvalidMd5 (400)."),
        ("*", "comp=block", "+ x-ms-content-crc64", "Put Block and Put Block List return it, since 2019-02-02."),
        ("*", "<BlockList>", "+ ", "Errors carry a code and a body; see above for the CRC."),
        ("blocks", "comp=block << x", "+ ", "Errors carry a code and a body."),
        ("blocks", "GET blob /{box}/a", "- content-md5", "Put Block List: the MD5 is what x-ms-blob-content-md5 says, none otherwise."),
        ("blocks", "blocklisttype", "- etag", "Get Block List: returned only if the blob has committed blocks."),
        ("blocks", "blocklisttype", "- last-modified", "The same."),
        ("blocks", "blocklisttype=uncommitted", "- /BlockList/CommittedBlocks", "Get Block List: the list that was asked for."),
        ("blocks", "blocklisttype=committed", "- /BlockList/UncommittedBlocks", "The same."),
        (
            "block list conditions",
            "blocklisttype=all",
            "",
            "Put Block List: blocks that no list has committed are discarded when Put Blob is called on the blob."
        ),
        ("block list conditions", "<Latest>", "", "It follows: the block is not there."),
        ("copy", "GET blob /{box}/b?comp=metadata", "- ", "As above: Get Blob Metadata."),
        ("copy", "HEAD", "- x-ms-incremental-copy", "Get Blob Properties: returned for incremental copies only."),
        ("copy", "/nothing", "", "Copy Blob: CannotVerifyCopySource (404)."),
        // Authorization
        (
            "*",
            "unsigned",
            "- x-ms-error-code: Auth",
            "AuthenticationFailed (403) for a wrong signature or time; NoAuthenticationInformation (401) for none;"
        ),
        (
            "*",
            "unsigned",
            "- /Error/Code = Auth",
            "AuthorizationPermissionMismatch is for a permission that is missing, UnauthorizedBlobOverwrite"
        ),
        ("*", "unsigned", "+ x-ms-error-code: Auth", "for the one case that needs a write permission for a blob that exists."),
        ("*", "unsigned", "+ /Error/Code = Auth", "The same."),
        ("*", "unsigned", "+ x-ms-error-code: UnauthorizedBlobOverwrite", "The same."),
        ("*", "unsigned", "+ /Error/Code = UnauthorizedBlobOverwrite", "The same."),
        ("not signed", "unsigned", "", "The same."),
        ("signatures of blobs", "{sas:c:b:/n2}", "+ ", "Errors carry a code and a body: MissingRequiredHeader (400)."),
        // Queues and accounts
        ("messages refused", "nonsense", "+ ", "Errors carry a code and a body: InvalidXmlDocument (400)."),
        ("messages refused", "numofmessages=0", "+ ", "The same: OutOfRangeQueryParameterValue (400)."),
        ("messages refused", "DELETE queue /{box}/messages/nothing", "+ ", "The same: MissingRequiredQueryParameter (400)."),
        ("*", "PATCH", "", "UnsupportedHttpVerb (405)."),
        ("account", "comp=properties", "", "Nothing is logged here, and Azurite's logging is not either."),
        ("account", "comp=nonsense", "+ ", "Errors carry a code and a body: InvalidQueryParameterValue (400)."),
    ];

    public static bool Covers(string scenario, string step, string line) =>
        Listed.Any(known =>
            (known.Scenario == "*" || known.Scenario == scenario)
            && step.Contains(known.Step, StringComparison.Ordinal)
            && line.StartsWith(known.Line, StringComparison.Ordinal)
        );
}
