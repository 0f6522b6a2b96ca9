namespace ComputeHorde.Durable.Hosting;

/// <summary>The values of the setting <c>OutputStore</c>.</summary>
public static class OutputStores
{
    /// <summary>Azure Blob Storage, the account of the functions.</summary>
    public const string Azure = "azure";

    /// <summary>A bucket that speaks S3, uploaded to with PUT.</summary>
    public const string S3Put = "s3-put";

    /// <summary>A bucket that speaks S3, uploaded to with a POST form.</summary>
    public const string S3Post = "s3-post";

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<string> All = [Azure, S3Put, S3Post];

    internal static bool IsS3(string store) => store is S3Put or S3Post;
}
