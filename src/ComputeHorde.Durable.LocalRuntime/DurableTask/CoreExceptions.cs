using Microsoft.DurableTask;

namespace DurableTask.Core.Exceptions;

/// <summary>An orchestration was started with dedupe statuses while an instance of its id is in one of them.</summary>
public class OrchestrationAlreadyExistsException : Exception
{
    /// <summary>Makes the exception.</summary>
    public OrchestrationAlreadyExistsException()
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">What happened.</param>
    public OrchestrationAlreadyExistsException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">Why.</param>
    public OrchestrationAlreadyExistsException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>The cause inside a <see cref="Microsoft.DurableTask.TaskFailedException"/>, as code that looks there expects it.</summary>
internal sealed class TaskFailedException(TaskFailureDetails failure) : Exception(failure.ErrorMessage)
{
    public TaskFailureDetails FailureDetails { get; } = failure;
}
