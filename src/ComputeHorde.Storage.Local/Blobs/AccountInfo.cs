using ComputeHorde.Storage.Local.Http;

namespace ComputeHorde.Storage.Local.Blobs;

/// <summary>What SDKs and tools ask of a service before they use it.</summary>
internal static class AccountInfo
{
    private const string Retention = "<RetentionPolicy><Enabled>false</Enabled></RetentionPolicy>";

    public static Task<StorageResponse> GetAsync(StorageRequest request, CancellationToken cancellation) =>
        Task.FromResult(
            new StorageResponse(200)
                .With("x-ms-sku-name", "Standard_RAGRS")
                .With("x-ms-account-kind", "StorageV2")
                .With("x-ms-is-hns-enabled", "false")
        );

    public static Task<StorageResponse> GetServicePropertiesAsync(StorageRequest request, CancellationToken cancellation) =>
        Task.FromResult(
            new StorageResponse(200).WithXml(
                $"""
                <?xml version="1.0" encoding="utf-8"?><StorageServiceProperties>
                <Logging><Version>1.0</Version><Read>false</Read><Write>false</Write><Delete>false</Delete>{Retention}</Logging>
                <HourMetrics><Version>1.0</Version><Enabled>false</Enabled>{Retention}</HourMetrics>
                <MinuteMetrics><Version>1.0</Version><Enabled>false</Enabled>{Retention}</MinuteMetrics><Cors />
                </StorageServiceProperties>
                """
            )
        );
}
