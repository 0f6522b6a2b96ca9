using ComputeHorde.Durable;
using ComputeHorde.Durable.Functions;
using ComputeHorde.Durable.Hosting;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.AddTelemetry();
builder.Services.AddComputeHordeDurable(builder.Configuration);
if (!StorageAccounts.IsApart(builder.Configuration))
{
    OneAccountMetadata.AddTo(builder.Services);
}

await builder.Build().RunAsync();
