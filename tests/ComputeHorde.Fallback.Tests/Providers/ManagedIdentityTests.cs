using Azure.Identity;
using ComputeHorde.FallbackEmulator;
using ComputeHorde.Sdk;

namespace ComputeHorde.Fallback.Tests.Providers;

/// <summary>Container Apps with the token of a managed identity, as on Azure.</summary>
public sealed class ManagedIdentityTests
{
    [Fact]
    public async Task List_WithAManagedIdentity_IsLetIn_AndWithoutItsEndpointNothingIsKnown()
    {
        await using var cloud = await CloudEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        Environment.SetEnvironmentVariable("IDENTITY_ENDPOINT", cloud.Identity.AbsoluteUri);
        Environment.SetEnvironmentVariable("IDENTITY_HEADER", cloud.Options.IdentityHeader);
        using var http = new HttpClient();
        var provider = new ContainerAppsProvider(http, new ManagedIdentityCredential(ManagedIdentityId.SystemAssigned), Options(cloud));
        Assert.Empty(await provider.ListAsync("ch-", TestContext.Current.CancellationToken));

        Environment.SetEnvironmentVariable("IDENTITY_HEADER", "wrong");
        var stranger = new ContainerAppsProvider(
            http,
            new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId("other")),
            Options(cloud)
        );
        var refused = await Assert.ThrowsAsync<FallbackException>(() => stranger.ListAsync("ch-", TestContext.Current.CancellationToken));
        Assert.Equal(FallbackFailure.Unknown, refused.Failure);
    }

    private static ContainerAppsOptions Options(CloudEmulator cloud) =>
        new()
        {
            SubscriptionId = "sub",
            ResourceGroup = "group",
            EnvironmentId = "/environments/env",
            Location = "westus3",
            BaseAddress = cloud.BaseAddress,
            Machines = new Dictionary<string, ContainerAppsMachine> { [ExecutorClass.AlwaysOnTest] = new("consumption", 2, 4, 0.24m) },
        };
}
