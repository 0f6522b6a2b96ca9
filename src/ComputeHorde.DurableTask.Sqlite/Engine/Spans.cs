using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using ComputeHorde.DurableTask.Sqlite.Storage;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>
/// The spans of the SDK: source, names, kinds and tags are its. The ids of orchestrations and calls follow from the trace, the instance and
/// the number of the call, so that they are known before the span ends, also after a restart.
/// </summary>
internal static class Spans
{
    private const string Orchestration = "orchestration";

    private static readonly ActivitySource Source = new("Microsoft.DurableTask");

    /// <summary>Whether anybody listens; else nothing here is worth its time.</summary>
    public static bool AreWanted => Source.HasListeners();

    /// <summary>A client starts an orchestration.</summary>
    public static Activity? StartCreation(string name, string? version, string instanceId)
    {
        var span = Source.StartActivity(Named("create_orchestration", name, version), ActivityKind.Producer);
        Tag(span, Orchestration, name, version, instanceId);
        return span;
    }

    /// <summary>A client raises an event.</summary>
    public static Activity? StartEvent(string name, string targetInstanceId)
    {
        var span = Source.StartActivity(Named("orchestration_event", name, null), ActivityKind.Producer);
        Tag(span, "event", name, null, null);
        return span?.SetTag("durabletask.event.target_instance_id", targetInstanceId);
    }

    /// <summary>The context that an orchestration gives to what it calls; default when it is not traced.</summary>
    public static ActivityContext ContextOf(InstanceRow row) =>
        AreWanted && ParentOf(row) is { } parent
            ? new ActivityContext(parent.TraceId, SpanId(parent.TraceId, row.Key, -1, -1), parent.TraceFlags)
            : default;

    /// <summary>
    /// What a sub-orchestration keeps of the call that makes it, as the value of its trace tag; null when its caller is not traced.
    /// </summary>
    public static string? TraceOfCall(InstanceRow caller, int generation, int taskId) =>
        ContextOf(caller) is { TraceId: var traceId } context && context != default
            ? Text(traceId, SpanId(traceId, caller.Key, generation, taskId), context.TraceFlags)
            : null;

    /// <summary>An orchestration has ended, and with it the call of its parent.</summary>
    public static void WriteEnd(InstanceRow row, InstanceState state)
    {
        if (AreWanted && ParentOf(row) is { } parent)
        {
            Guard((row, state, parent), static end => WriteEnd(end.row, end.state, end.parent));
        }
    }

    /// <summary>
    /// Listeners are code of the application: what they throw must not stop the engine. Without a closure, which would be made also when
    /// nobody listens.
    /// </summary>
    private static void Guard<T>(T state, Action<T> write)
    {
        try
        {
            write(state);
        }
        catch (Exception e)
        {
            Trace.TraceError($"A listener to spans failed: {e}");
        }
    }

    private static void WriteEnd(InstanceRow row, InstanceState state, ActivityContext parent)
    {
        var created = new DateTimeOffset(row.CreatedAt, TimeSpan.Zero);
        var failure = state.Status == OrchestrationRuntimeStatus.Completed ? null : state.Failure?.ErrorMessage ?? state.Status.ToString();
        var name = Named(Orchestration, row.Name, row.Version);
        if (row.Parent is { } link)
        {
            var caller = new ActivityContext(parent.TraceId, SpanId(parent.TraceId, link.Key, -1, -1), parent.TraceFlags);
            using var call = WithId(Source.StartActivity(name, ActivityKind.Client, caller, startTime: created), parent.SpanId);
            Tag(call, Orchestration, row.Name, row.Version, link.InstanceId);
            Fail(call, failure);
        }

        using var span = WithId(
            Source.StartActivity(name, ActivityKind.Server, parent, startTime: created),
            SpanId(parent.TraceId, row.Key, -1, -1)
        );
        Tag(span, Orchestration, row.Name, row.Version, row.InstanceId);
        span?.SetTag("durabletask.task.status", state.Status.ToString());
        Fail(span, failure);
    }

    /// <summary>An activity runs: the span of its call, and within it that of its execution, which is current from now on.</summary>
    public static (Activity? Call, Activity? Execution) StartActivity(ActivityCall activity)
    {
        if (!AreWanted || activity.Caller is not { } row || ContextOf(row) is var caller && caller == default)
        {
            return default;
        }

        var (_, generation, taskId) = activity.Identity;
        var (task, id) = (activity.Task, SpanId(caller.TraceId, row.Key, generation, taskId));
        var name = Named("activity", task.Name, task.Version);
        var call = WithId(Source.StartActivity(name, ActivityKind.Client, caller), id);
        Tag(call, "activity", task.Name, task.Version, row.InstanceId, taskId);
        var execution = Source.StartActivity(name, ActivityKind.Server, new ActivityContext(caller.TraceId, id, caller.TraceFlags));
        Tag(execution, "activity", task.Name, task.Version, row.InstanceId, taskId);
        return (call, execution);
    }

    /// <summary>An activity has returned, or has failed with an error.</summary>
    public static void End((Activity? Call, Activity? Execution) spans, string? error)
    {
        if (spans != default)
        {
            Guard(
                (spans, error),
                static end =>
                {
                    Fail(end.spans.Execution, end.error);
                    Fail(end.spans.Call, end.error);
                    end.spans.Execution?.Dispose();
                    end.spans.Call?.Dispose();
                }
            );
        }
    }

    /// <summary>A timer went off.</summary>
    public static void WriteTimer(
        ActivityContext orchestration,
        string name,
        string instanceId,
        int timerId,
        DateTime created,
        DateTime fireAt
    )
    {
        using var span =
            orchestration == default
                ? null
                : Source.StartActivity(
                    $"{Orchestration}:{name}:timer",
                    ActivityKind.Internal,
                    orchestration,
                    startTime: new DateTimeOffset(created)
                );
        Tag(span, "timer", name, null, instanceId, timerId);
        span?.SetTag("durabletask.fire_at", fireAt.ToString("o", CultureInfo.InvariantCulture));
    }

    /// <summary>An orchestration sent an event.</summary>
    public static void WriteEvent(ActivityContext orchestration, string name, string instanceId, string targetInstanceId)
    {
        using var span =
            orchestration == default
                ? null
                : Source.StartActivity(Named("orchestration_event", name, null), ActivityKind.Producer, orchestration);
        Tag(span, "event", name, null, instanceId);
        span?.SetTag("durabletask.event.target_instance_id", targetInstanceId);
    }

    private static ActivityContext? ParentOf(InstanceRow row) =>
        ActivityContext.TryParse(row.ReadTrace(), null, out var parent) ? parent : null;

    private static string Named(string what, string name, string? version) =>
        string.IsNullOrEmpty(version) ? $"{what}:{name}" : $"{what}:{name}@({version})";

    private static string Text(ActivityTraceId traceId, ActivitySpanId spanId, ActivityTraceFlags flags) =>
        $"00-{traceId}-{spanId}-{(int)flags:x2}";

    private static void Tag(Activity? span, string type, string name, string? version, string? instanceId, int? taskId = null)
    {
        span?.SetTag("durabletask.type", type).SetTag("durabletask.task.name", name);
        if (!string.IsNullOrEmpty(version))
        {
            span?.SetTag("durabletask.task.version", version);
        }

        if (instanceId is not null)
        {
            span?.SetTag("durabletask.task.instance_id", instanceId);
        }

        if (taskId is not null)
        {
            span?.SetTag("durabletask.task.task_id", taskId);
        }
    }

    private static void Fail(Activity? span, string? error)
    {
        if (error is not null)
        {
            span?.SetStatus(ActivityStatusCode.Error, error);
        }
    }

    private static ActivitySpanId SpanId(ActivityTraceId traceId, long key, int generation, int taskId)
    {
        Span<byte> source = stackalloc byte[32];
        traceId.CopyTo(source[..16]);
        BinaryPrimitives.WriteInt64LittleEndian(source[16..], key);
        BinaryPrimitives.WriteInt32LittleEndian(source[24..], generation);
        BinaryPrimitives.WriteInt32LittleEndian(source[28..], taskId);
        return ActivitySpanId.CreateFromBytes(SHA256.HashData(source).AsSpan(0, 8));
    }

    private static Activity? WithId(Activity? span, ActivitySpanId id)
    {
        if (span is not null)
        {
            SpanIdOf(span) = id.ToHexString();
        }

        return span;
    }

    /// <summary>There is no public way to give a span an id that is known beforehand; the SDK reaches for the same field.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_spanId")]
    private static extern ref string? SpanIdOf(Activity span);
}
