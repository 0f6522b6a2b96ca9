#pragma warning disable VSTHRD002 // A turn is synchronous: it waits for what happens outside of it.
using ComputeHorde.Functions.Local.Invocation;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;

namespace ComputeHorde.Functions.Local.Durable;

/// <summary>One run of an orchestrator's code, from its start on; a replay is another. Middleware runs around what the code does until it
/// first waits. It is no part of the orchestration, so that it may await anything, and has no say in how the orchestration ends.</summary>
internal static class OrchestratorRun
{
    public static async Task<object?> RunAsync(
        RunnableFunction function,
        TriggerInput trigger,
        FunctionExecutionDelegate pipeline,
        IServiceProvider services
    )
    {
        var scope = services.CreateAsyncScope();
        try
        {
            var context = new LocalFunctionContext(function, trigger, scope.ServiceProvider, CancellationToken.None);
            await Start(context, pipeline);
            return context.Result;
        }
        finally
        {
            Outside(() => scope.DisposeAsync().AsTask()).GetAwaiter().GetResult();
        }
    }

    /// <returns>The orchestrator's own task.</returns>
    private static Task Start(LocalFunctionContext context, FunctionExecutionDelegate pipeline)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var waits = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ExecutionContext? flow = null;
        context.Body = () =>
        {
            flow = ExecutionContext.Capture();
            reached.TrySetResult();
            return waits.Task;
        };

        var around = Outside(() => pipeline(context));
        Task.WaitAny([reached.Task, around]);
        var orchestrator = Task.CompletedTask;
        if (reached.Task.IsCompleted)
        {
            if (flow is null)
            {
                orchestrator = context.Function.InvokeAsync(context);
            }
            else
            {
                ExecutionContext.Run(flow, _ => orchestrator = context.Function.InvokeAsync(context), null);
            }
        }

        waits.SetResult();
        around.GetAwaiter().GetResult();
        return orchestrator;
    }

    /// <summary>Begins work here that goes on elsewhere, and not in the turn, if it awaits something.</summary>
    private static Task Outside(Func<Task> work)
    {
        var begin = new Task<Task>(work);
        begin.RunSynchronously(TaskScheduler.Default);
        return begin.Unwrap();
    }
}
