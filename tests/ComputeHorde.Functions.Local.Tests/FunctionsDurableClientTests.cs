using System.Reflection;
using ComputeHorde.DurableTask.Sqlite;
using ComputeHorde.Functions.Local.Durable;
using ComputeHorde.Functions.Local.Http;
using ComputeHorde.Functions.Local.Settings;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using NSubstitute;
using NSubstitute.ExceptionExtensions;

namespace ComputeHorde.Functions.Local.Tests;

public sealed class FunctionsDurableClientTests
{
    [Fact]
    public async Task Start_HubCannotBeWritten_IsUnavailableAndSoIsTheHttpAnswer()
    {
        var diskFull = (DurableStoreException)
            Activator.CreateInstance(
                typeof(DurableStoreException),
                BindingFlags.NonPublic | BindingFlags.Instance,
                null,
                ["the disk is full", null],
                null
            )!;
        var hub = Substitute.For<DurableTaskClient>("hub");
        hub.ScheduleNewOrchestrationInstanceAsync("x", null, null, default).ThrowsAsyncForAnyArgs(diskFull);

        var error = await Assert.ThrowsAsync<RpcException>(() =>
            new FunctionsDurableClient(hub, new DurableSettings()).ScheduleNewOrchestrationInstanceAsync("x")
        );

        Assert.Equal((StatusCode.Unavailable, "the disk is full"), (error.StatusCode, error.Status.Detail));
        var http = new DefaultHttpContext
        {
            RequestServices = new ServiceCollection().AddLogging().AddProblemDetails().BuildServiceProvider(),
        };
        await HttpResults.WriteErrorAsync(http, new InvalidOperationException("wrapped", error));
        Assert.Equal(StatusCodes.Status503ServiceUnavailable, http.Response.StatusCode);
    }
}
