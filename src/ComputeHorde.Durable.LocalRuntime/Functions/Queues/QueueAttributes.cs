using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Starts a function on a message of an Azure Storage queue.</summary>
public sealed class QueueTriggerAttribute : TriggerBindingAttribute
{
    /// <summary>Creates the attribute.</summary>
    /// <param name="queueName">The queue's name, or <c>%setting%</c>.</param>
    public QueueTriggerAttribute(string queueName) => QueueName = queueName;

    /// <summary>The queue's name, or <c>%setting%</c>.</summary>
    public string QueueName { get; }

    /// <summary>The setting that holds the connection string.</summary>
    /// <value><c>AzureWebJobsStorage</c> when null.</value>
    public string? Connection { get; set; }
}

/// <summary>Sends a return value, or a property of it, as a message; a collection becomes one message per element.</summary>
public sealed class QueueOutputAttribute : OutputBindingAttribute
{
    /// <summary>Creates the attribute.</summary>
    /// <param name="queueName">The queue's name, or <c>%setting%</c>.</param>
    public QueueOutputAttribute(string queueName) => QueueName = queueName;

    /// <summary>The queue's name, or <c>%setting%</c>.</summary>
    public string QueueName { get; }

    /// <summary>The setting that holds the connection string.</summary>
    /// <value><c>AzureWebJobsStorage</c> when null.</value>
    public string? Connection { get; set; }
}
