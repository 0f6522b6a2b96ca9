using CoreException = DurableTask.Core.Exceptions.TaskFailedException;

namespace Microsoft.DurableTask;

/// <summary>An activity or a sub-orchestration failed.</summary>
public sealed class TaskFailedException : Exception
{
    /// <summary>Makes the exception from another.</summary>
    /// <param name="taskName">The name of the task.</param>
    /// <param name="taskId">The id of the task within its orchestration.</param>
    /// <param name="innerException">What the task failed with.</param>
    public TaskFailedException(string taskName, int taskId, Exception innerException)
        : this(taskName, taskId, TaskFailureDetails.FromException(innerException), innerException)
    {
    }

    /// <summary>Makes the exception from a recorded failure.</summary>
    /// <param name="taskName">The name of the task.</param>
    /// <param name="taskId">The id of the task within its orchestration.</param>
    /// <param name="failureDetails">The failure.</param>
    public TaskFailedException(string taskName, int taskId, TaskFailureDetails failureDetails)
        : this(taskName, taskId, failureDetails, new CoreException(failureDetails))
    {
    }

    private TaskFailedException(string taskName, int taskId, TaskFailureDetails failureDetails, Exception cause)
        : base($"Task '{taskName}' (#{taskId}) failed with an unhandled exception: {failureDetails.ErrorMessage}", cause)
    {
        TaskName = taskName;
        TaskId = taskId;
        FailureDetails = failureDetails;
    }

    /// <summary>The name of the task.</summary>
    public string TaskName { get; }

    /// <summary>The id of the task within its orchestration.</summary>
    public int TaskId { get; }

    /// <summary>The failure.</summary>
    public TaskFailureDetails FailureDetails { get; }

    /// <summary>Whether the failure was an exception of a type, or of one derived from it.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <returns>Whether it was.</returns>
    [Obsolete("Use the FailureDetails property and its IsCausedBy<T>() method")]
    public bool IsCausedByException<T>()
        where T : Exception => FailureDetails.IsCausedBy<T>();
}
