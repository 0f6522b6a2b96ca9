using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text;

namespace Microsoft.DurableTask.Client;

/// <summary>What is known of an orchestration instance at one moment.</summary>
/// <param name="name">The name of its orchestrator.</param>
/// <param name="instanceId">Its id.</param>
public sealed class OrchestrationMetadata(string name, string instanceId)
{
    /// <summary>The name of the orchestrator.</summary>
    public string Name { get; } = name;

    /// <summary>The id of the instance.</summary>
    public string InstanceId { get; } = instanceId;

    /// <summary>Reads inputs and outputs; <see langword="null"/> when they were not asked for.</summary>
    public DataConverter? DataConverter { get; init; }

    /// <summary>Where the instance is in its life.</summary>
    public OrchestrationRuntimeStatus RuntimeStatus { get; init; }

    /// <summary>When it was created.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it last changed.</summary>
    public DateTimeOffset LastUpdatedAt { get; init; }

    /// <summary>Its input as text, if asked for.</summary>
    public string? SerializedInput { get; init; }

    /// <summary>Its output as text, if asked for; the message of the exception when it failed.</summary>
    public string? SerializedOutput { get; init; }

    /// <summary>Its custom status as text, if asked for.</summary>
    public string? SerializedCustomStatus { get; init; }

    /// <summary>Its tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Why it failed, if it did and outputs were asked for.</summary>
    public TaskFailureDetails? FailureDetails { get; init; }

    /// <summary>Whether it runs.</summary>
    public bool IsRunning => RuntimeStatus == OrchestrationRuntimeStatus.Running;

    /// <summary>Whether it is over: completed, failed or terminated.</summary>
    public bool IsCompleted => RuntimeStatus
        is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated;

    /// <summary>Reads the input.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <returns>The input.</returns>
    /// <exception cref="InvalidOperationException">It was not asked for.</exception>
    public T? ReadInputAs<T>() => Converter("input").Deserialize<T>(SerializedInput);

    /// <summary>Reads the output.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <returns>The output.</returns>
    /// <exception cref="InvalidOperationException">It was not asked for.</exception>
    public T? ReadOutputAs<T>() => Converter("output").Deserialize<T>(SerializedOutput);

    /// <summary>Reads the custom status.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <returns>The custom status.</returns>
    /// <exception cref="InvalidOperationException">It was not asked for.</exception>
    public T? ReadCustomStatusAs<T>() => Converter("input and output").Deserialize<T>(SerializedCustomStatus);

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder()
            .Append($"[Name: '{Name}', ID: '{InstanceId}', RuntimeStatus: {RuntimeStatus}, CreatedAt: {CreatedAt:s}, LastUpdatedAt: {LastUpdatedAt:s}");
        AppendPayload(text, "Input", SerializedInput);
        AppendPayload(text, "Output", SerializedOutput);
        AppendPayload(text, "FailureDetails", FailureDetails is { } failure ? $"{failure.ErrorType} - {failure.ErrorMessage}" : null);
        return text.Append(']').ToString();
    }

    private static void AppendPayload(StringBuilder text, string name, string? payload)
    {
        const int Longest = 50;
        if (payload is not null)
        {
            text.Append($", {name}: '{(payload.Length > Longest ? payload[..Longest] + "..." : payload)}'");
        }
    }

    private DataConverter Converter(string data, [CallerMemberName] string method = "") => DataConverter ?? throw new InvalidOperationException(
        $"The {method} method can only be used on OrchestrationMetadata objects that are fetched with the option to include {data} data.");
}
