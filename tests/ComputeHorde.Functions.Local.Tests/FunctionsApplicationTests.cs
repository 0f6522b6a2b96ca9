using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ComputeHorde.Functions.Local.Tests.Functions;

/// <summary>The entry point that an application's Program.cs uses.</summary>
public sealed class FunctionsApplicationTests(StorageFixture storage)
{
    [Fact]
    public async Task CreateBuilder_ProgramOfAnApplication_BuildsAndRunsTheEntryAssembly()
    {
        var builder = FunctionsApplication.CreateBuilder(["--AzureWebJobsStorage", storage.ConnectionString]);
        builder.ConfigureFunctionsWebApplication().UseMiddleware((_, next) => next());
        builder.Services.AddSingleton(new Recorder()).AddScoped<HttpScope>();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["TestQueue"] = "program-queue",
            ["TestOutputQueue"] = "program-output",
            ["TestContainer"] = "program-container",
            ["TestSchedule"] = "0 0 0 1 1 *",
            ["TestStorage"] = storage.ConnectionString,
            ["AzureWebJobs.BlobsOfContainer.Disabled"] = "true",
            ["AzureWebJobs.HttpPocoTrigger.Disabled"] = "1",
        });

        using var host = builder.Build();

        Assert.Equal("Development", host.Services.GetRequiredService<IHostEnvironment>().EnvironmentName);
        var runtime = host.Services.GetRequiredService<FunctionsHost.FunctionsRuntime>();
        Assert.Equal(FunctionDescriptor.DiscoverIn(typeof(HttpFunctions).Assembly).Count - 2, runtime.Functions.Count);
        await runtime.DisposeAsync();
    }
}
