namespace Microsoft.DurableTask;

/// <summary>What an activity knows about its call.</summary>
public abstract class TaskActivityContext
{
    /// <summary>The name of the activity.</summary>
    public abstract TaskName Name { get; }

    /// <summary>The id of the orchestration instance that calls.</summary>
    public abstract string InstanceId { get; }

    /// <summary>The version the activity was called with; empty when there is none.</summary>
    public virtual string Version => "";
}
