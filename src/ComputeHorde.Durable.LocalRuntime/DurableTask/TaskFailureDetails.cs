using System.Reflection;
using ComputeHorde.Durable.LocalRuntime.Engine;
using Microsoft.DurableTask.Worker;
using CoreException = DurableTask.Core.Exceptions.TaskFailedException;

namespace Microsoft.DurableTask;

/// <summary>A failure as it is recorded: types by name, causes nested.</summary>
/// <param name="ErrorType">The type of the exception, with its namespace.</param>
/// <param name="ErrorMessage">The message of the exception.</param>
/// <param name="StackTrace">Where it was thrown, if known.</param>
/// <param name="InnerFailure">Its cause, if it had one.</param>
/// <param name="Properties">Further properties of the exception, if any were taken along.</param>
public record TaskFailureDetails(
    string ErrorType, string ErrorMessage, string? StackTrace, TaskFailureDetails? InnerFailure, IDictionary<string, object?>? Properties)
{
    /// <summary>Whether no retry can help, because nothing of that name is registered.</summary>
    internal bool IsNonRetriable { get; init; }

    /// <summary>Whether the failure was an exception of a type, or of one derived from it.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <returns>Whether it was; <see langword="false"/> when the recorded type cannot be found.</returns>
    /// <exception cref="AmbiguousMatchException">Several loaded types have the recorded name.</exception>
    public bool IsCausedBy<T>()
        where T : Exception => IsCausedBy(typeof(T));

    /// <summary>Whether the failure was an exception of a type, or of one derived from it.</summary>
    /// <param name="targetBaseExceptionType">The type.</param>
    /// <returns>Whether it was; <see langword="false"/> when the recorded type cannot be found.</returns>
    /// <exception cref="ArgumentException">The type is no exception.</exception>
    /// <exception cref="AmbiguousMatchException">Several loaded types have the recorded name.</exception>
    public bool IsCausedBy(Type targetBaseExceptionType)
    {
        ArgumentNullException.ThrowIfNull(targetBaseExceptionType);
        if (!typeof(Exception).IsAssignableFrom(targetBaseExceptionType))
        {
            throw new ArgumentException($"The type {targetBaseExceptionType} is not an exception type.", nameof(targetBaseExceptionType));
        }

        return !string.IsNullOrEmpty(ErrorType) && FindType(targetBaseExceptionType) is { } type && targetBaseExceptionType.IsAssignableFrom(type);
    }

    /// <summary>Records an exception and its causes.</summary>
    /// <param name="exception">The exception.</param>
    /// <returns>The failure.</returns>
    public static TaskFailureDetails FromException(Exception exception) => FromException(exception, null);

    /// <inheritdoc/>
    public override string ToString() => $"{ErrorType}: {ErrorMessage}";

    /// <summary>Describes an exception with what a provider has to say of it and of its inner ones.</summary>
    internal static TaskFailureDetails FromException(Exception exception, IExceptionPropertiesProvider? provider)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return exception is CoreException recorded
            ? recorded.FailureDetails
            : new TaskFailureDetails(
                exception.GetType().ToString(),
                ReadOrNull(exception, static e => e.Message) ?? "",
                ReadOrNull(exception, static e => e.StackTrace),
                exception.InnerException is { } inner ? FromException(inner, provider) : null,
                ReadOrNull(exception, e => FailureProperties.Read(FailureProperties.Write(provider?.GetExceptionProperties(e)))));
    }

    private static T? ReadOrNull<T>(Exception exception, Func<Exception, T?> read)
        where T : class
    {
        try
        {
            return read(exception);
        }
        catch (Exception)
        {
            // What an exception cannot tell of itself must not keep the failure from being told.
            return null;
        }
    }

    private Type? FindType(Type target)
    {
        if ((Type.GetType(ErrorType, throwOnError: false) ?? target.Assembly.GetType(ErrorType, throwOnError: false)) is { } near)
        {
            return near;
        }

        var found = AppDomain.CurrentDomain.GetAssemblies()
            .Select(assembly => assembly.GetType(ErrorType, throwOnError: false))
            .OfType<Type>()
            .Take(2)
            .ToList();
        return found.Count < 2
            ? found.FirstOrDefault()
            : throw new AmbiguousMatchException($"Multiple exception types with the name '{ErrorType}' were found.");
    }
}
