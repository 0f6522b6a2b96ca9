using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using CoreTaskFailedException = DurableTask.Core.Exceptions.TaskFailedException;
using TaskFailedException = Microsoft.DurableTask.TaskFailedException;

namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>Something an orchestrator has asked for and that has not come back.</summary>
internal interface IOpenCall
{
    /// <summary>What was asked for.</summary>
    ActionEvent Action { get; }

    /// <summary>It came back.</summary>
    void Complete(string? result);

    /// <summary>It failed.</summary>
    void Fail(FailureDetails failure);
}

/// <summary>An activity or a sub-orchestration that is running.</summary>
internal sealed class OpenTask<T>(ActionEvent action, string name, DataConverter converter) : TaskCompletionSource<T>, IOpenCall
{
    public ActionEvent Action => action;

    public void Complete(string? result)
    {
        T? value;
        try
        {
            value = converter.Deserialize<T>(result);
        }
        catch (Exception e)
        {
            // Whatever a converter throws about the result belongs to the code that asked for this type.
            TrySetException(e);
            return;
        }

        TrySetResult(value!);
    }

    public void Fail(FailureDetails failure)
    {
        // The exception of the framework's core carries what the public one cannot: whether to retry at all, and what a policy's filter
        // reads.
        OrchestrationException cause = action is TaskScheduled task
            ? new CoreTaskFailedException(action.Id, action.Id, name, task.Version, failure.ErrorMessage, null)
            : new SubOrchestrationFailedException(
                action.Id,
                action.Id,
                name,
                (action as SubOrchestrationCreated)?.Version,
                failure.ErrorMessage,
                null
            );
        cause.FailureDetails = failure;
        TrySetException(new TaskFailedException(name, action.Id, cause));
    }
}
