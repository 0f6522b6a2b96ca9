using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace ComputeHorde.Functions.Local.Model;

/// <summary>Describes each binding attribute that a local host knows.</summary>
internal static class BindingDescriptors
{
    /// <exception cref="LocalFunctionsException">The attribute is not known.</exception>
    public static BindingDescriptor Describe(BindingAttribute attribute, string name, string place)
    {
        return attribute switch
        {
            HttpTriggerAttribute http => New(
                "httpTrigger",
                ("route", http.Route),
                ("methods", http.Methods is null ? null : string.Join(",", http.Methods).ToUpperInvariant()),
                ("authLevel", http.AuthLevel.ToString().ToLowerInvariant())
            ),
            QueueTriggerAttribute queue => New("queueTrigger", ("queueName", queue.QueueName), ("connection", queue.Connection)),
            BlobTriggerAttribute blob => New(
                "blobTrigger",
                ("path", blob.BlobPath),
                ("connection", blob.Connection),
                ("source", blob.Source.ToString())
            ),
            TimerTriggerAttribute timer => New(
                "timerTrigger",
                ("schedule", timer.Schedule),
                ("runOnStartup", timer.RunOnStartup ? "true" : null)
            ),
            OrchestrationTriggerAttribute orchestration => New("orchestrationTrigger", ("orchestration", orchestration.Orchestration)),
            ActivityTriggerAttribute activity => New("activityTrigger", ("activity", activity.Activity)),
            DurableClientAttribute client => New("durableClient", ("taskHub", client.TaskHub), ("connectionName", client.ConnectionName)),
            BlobInputAttribute blob => New("blob", ("path", blob.BlobPath), ("connection", blob.Connection)),
            BlobOutputAttribute blob => New("blob", ("path", blob.BlobPath), ("connection", blob.Connection)),
            QueueOutputAttribute queue => New("queue", ("queueName", queue.QueueName), ("connection", queue.Connection)),
            HttpResultAttribute => New("http"),
            _ => throw new LocalFunctionsException($"{place}: a local host does not know [{attribute.GetType().Name}]."),
        };

        BindingDescriptor New(string type, params (string Key, string? Value)[] properties) =>
            new(
                type,
                name,
                attribute is OutputBindingAttribute,
                properties.Where(pair => pair.Value is not null).ToDictionary(pair => pair.Key, pair => pair.Value!),
                attribute
            );
    }
}
