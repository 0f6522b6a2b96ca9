// Greets three cities, one a second. Kill it on the way and start it again: it goes on where it was, and greets none twice.
using ComputeHorde.DurableTask.Sqlite;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

var builder = Host.CreateApplicationBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddDurableTaskWorker(worker =>
    worker
        .AddTasks(tasks =>
            tasks
                .AddOrchestratorFunc<string[], string>(
                    "greet all",
                    async (context, cities) =>
                    {
                        foreach (var city in cities)
                        {
                            await context.CallActivityAsync("greet", city);
                            await context.CreateTimer(TimeSpan.FromSeconds(1), CancellationToken.None);
                        }

                        return $"{cities.Length} cities greeted";
                    }
                )
                .AddActivityFunc<string>("greet", (_, city) => Console.WriteLine($"Hello, {city}!"))
        )
        .UseSqlite("cities.db")
);
builder.Services.AddDurableTaskClient(client => client.UseSqlite());

using var host = builder.Build();
await host.StartAsync();
var client = host.Services.GetRequiredService<DurableTaskClient>();
string[] input = ["Lisbon", "Nairobi", "Hanoi"];
var id = await client.ScheduleNewOrchestrationInstanceAsync("greet all", input, new StartOrchestrationOptions("cities"));
Console.WriteLine((await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true)).ReadOutputAs<string>());
await host.StopAsync();
