using ComputeHorde.Sdk;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Sdk.Tests.Models;

public sealed class RegistrationTests
{
    [Fact]
    public async Task AddComputeHorde_WithSigner_GivesAWorkingClient()
    {
        await using var server = await FakeFacilitator.StartAsync();
        server.Store("t");
        await using var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton<ISigner>(Keys.Alice)
            .AddComputeHorde(options => options.FacilitatorUrl = new Uri(server.BaseAddress, "api/v1/"))
            .BuildServiceProvider();
        var client = services.GetRequiredService<ComputeHordeClient>();
        Assert.Same(client, services.GetRequiredService<ComputeHordeClient>());
        Assert.Single((await client.GetJobsPageAsync()).Jobs);
        Assert.Equal(Keys.Alice.Hotkey, client.Hotkey);
    }

    [Fact]
    public async Task AddComputeHorde_FaultyOptions_StopTheHostWithAllFaults()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddComputeHorde(options =>
        {
            options.FacilitatorUrl = new Uri("ftp://x/");
            options.ValidatorHotkey = "5Grw";
            options.MaxRetries = -1;
            options.RequestTimeout = TimeSpan.Zero;
        });
        using var host = builder.Build();
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.Equal(5, error.Failures.Count());
        foreach (var name in (string[])["FacilitatorUrl", "ValidatorHotkey", "MaxRetries", "RequestTimeout", "ISigner"])
        {
            Assert.Contains(error.Failures, failure => failure.Contains(name, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Client_FaultyOptions_AreAllNamed()
    {
        var options = new ComputeHordeOptions
        {
            MaxRetries = 101,
            MaxResponseBytes = 1,
            Realm = "\u0001",
        };
        var error = Assert.Throws<ComputeHordeValidationException>(() => new ComputeHordeClient(new HttpClient(), Keys.Alice, options));
        Assert.Equal(3, error.Problems.Count);
    }
}
