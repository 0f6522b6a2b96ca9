namespace Microsoft.DurableTask.Worker;

/// <summary>Adds to what is told of a failure. Registered as a service.</summary>
public interface IExceptionPropertiesProvider
{
    /// <summary>Describes an exception.</summary>
    /// <param name="exception">An exception that left an activity or an orchestrator, or an inner one of it.</param>
    /// <returns>What <see cref="TaskFailureDetails.Properties"/> says; <see langword="null"/> for nothing.</returns>
    IDictionary<string, object?>? GetExceptionProperties(Exception exception);
}
