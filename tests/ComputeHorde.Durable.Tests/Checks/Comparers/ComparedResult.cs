using System.Security.Cryptography;
using System.Text;
using ComputeHorde.Durable.Checks.Comparers;
using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Tests.Checks.Comparers;

/// <summary>A result in memory, with one artifact.</summary>
internal sealed class ComparedResult(ResultManifest manifest, byte[] content) : IResultContent
{
    public ResultManifest Manifest => manifest;

    public long MaxBytes { get; private init; } = 64 << 20;

    public static ComparedResult Of(byte[] content) =>
        new(
            Manifested(
                content.Length == 0
                    ? null
                    : new ContentReference("blob", content.Length, Convert.ToHexStringLower(SHA256.HashData(content)))
            ),
            content
        );

    /// <summary>A result whose bytes have no hash, so that no comparer can save itself the reading.</summary>
    public static ComparedResult Unhashed(byte[] content) => new(Manifested(new ContentReference("blob", content.Length, null)), content);

    /// <summary>A result that must not be read as a whole.</summary>
    public static ComparedResult StreamedOnly(byte[] content) =>
        new(Manifested(new ContentReference("blob", content.Length, null)), content) { MaxBytes = 0 };

    public static ComparedResult Huge() => new(Manifested(new ContentReference("blob", 1L << 40, "00")), []);

    public static Task<Comparison> CompareAsync(string comparer, byte[] untrusted, byte[] trusted, ComparisonSettings? settings = null) =>
        new ComparerRegistry([])
            .Find(comparer)!
            .CompareAsync(Of(untrusted), Of(trusted), settings ?? new ComparisonSettings(), TestContext.Current.CancellationToken);

    public static Task<Comparison> CompareAsync(string comparer, string untrusted, string trusted) =>
        CompareAsync(comparer, Encoding.UTF8.GetBytes(untrusted), Encoding.UTF8.GetBytes(trusted));

    public Task<ReadOnlyMemory<byte>?> ReadAsync(ContentReference reference, CancellationToken cancellationToken) =>
        Task.FromResult<ReadOnlyMemory<byte>?>(reference.Size > MaxBytes ? null : content.AsMemory());

    public Task<Stream> OpenAsync(ContentReference reference, CancellationToken cancellationToken) =>
        Task.FromResult<Stream>(new MemoryStream(content));

    private static ResultManifest Manifested(ContentReference? artifact)
    {
        var artifacts = artifact is null
            ? new Dictionary<string, ContentReference>()
            : new Dictionary<string, ContentReference> { ["/artifacts/a"] = artifact };
        return new ResultManifest(
            "job",
            1,
            new ContentReference(null, 0, null),
            new ContentReference(null, 0, null),
            artifacts,
            new Dictionary<string, ContentReference>()
        );
    }
}
