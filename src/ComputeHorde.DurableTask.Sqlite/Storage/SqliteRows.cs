using System.Buffers;
using ComputeHorde.DurableTask.Sqlite.Engine;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.DurableTask.Sqlite.Storage;

/// <summary>Instances as columns.</summary>
internal static class SqliteRows
{
    public const string Columns = """
        i.key, i.id, i.name, i.version, i.input, i.created, i.start, i.tags,
        i.parent, i.parent_id, i.parent_name, i.parent_generation, i.parent_task,
        s.status, s.generation, s.turns, s.events, s.updated, s.completed, s.wake, s.open, s.output, s.custom, s.failure, s.head
        """;

    public const string Select = $"SELECT {Columns} FROM instances i JOIN states s ON s.key = i.key";

    public static StoredInstance Read(SqliteStatement row)
    {
        var instance = new InstanceRow
        {
            Key = row.GetInt64(0),
            InstanceId = row.GetString(1)!,
            Name = row.GetString(2)!,
            Version = row.GetString(3),
            Input = row.GetString(4),
            CreatedAt = row.GetInt64(5),
            StartAt = row.GetNullableInt64(6),
            Tags = row.GetString(7),
            Parent = row.IsNull(8)
                ? null
                : new ParentLink(row.GetInt64(8), row.GetString(9)!, row.GetString(10)!, (int)row.GetInt64(11), (int)row.GetInt64(12)),
            HistoryHead = row.GetInt64(24),
        };
        var state = new InstanceState
        {
            Status = (OrchestrationRuntimeStatus)row.GetInt64(13),
            Generation = (int)row.GetInt64(14),
            Turns = (int)row.GetInt64(15),
            Events = (int)row.GetInt64(16),
            UpdatedAt = row.GetInt64(17),
            CompletedAt = row.GetNullableInt64(18),
            WakeAt = row.GetNullableInt64(19),
            HasOpenActivities = row.GetInt64(20) != 0,
            Output = row.GetString(21),
            CustomStatus = row.GetString(22),
            Failure = row.IsNull(23) ? null : new PayloadReader(row.GetBytes(23)).ReadFailure(),
        };
        return new StoredInstance(instance, state);
    }

    /// <summary>Binds the columns of a state, from status to head, to the parameters from <paramref name="first"/> on.</summary>
    public static SqliteStatement BindState(SqliteStatement statement, int first, InstanceState state, long head)
    {
        statement
            .Bind(first, (long)state.Status)
            .Bind(first + 1, (long)state.Generation)
            .Bind(first + 2, (long)state.Turns)
            .Bind(first + 3, (long)state.Events)
            .Bind(first + 4, state.UpdatedAt)
            .Bind(first + 5, state.CompletedAt)
            .Bind(first + 6, state.WakeAt)
            .Bind(first + 7, state.HasOpenActivities ? 1L : 0L)
            .Bind(first + 8, state.Output)
            .Bind(first + 9, state.CustomStatus)
            .Bind(first + 11, head);
        return state.Failure is { } failure ? statement.Bind(first + 10, Encode(failure)) : statement.BindNull(first + 10);
    }

    /// <summary>
    /// Binds what changes as long as the instance has not ended, from status to head, to the parameters from <paramref name="first"/> on.
    /// </summary>
    public static SqliteStatement BindProgress(SqliteStatement statement, int first, InstanceState state, long head) =>
        statement
            .Bind(first, (long)state.Status)
            .Bind(first + 1, (long)state.Generation)
            .Bind(first + 2, (long)state.Turns)
            .Bind(first + 3, (long)state.Events)
            .Bind(first + 4, state.UpdatedAt)
            .Bind(first + 5, state.WakeAt)
            .Bind(first + 6, state.HasOpenActivities ? 1L : 0L)
            .Bind(first + 7, state.CustomStatus)
            .Bind(first + 8, head);

    private static ReadOnlySpan<byte> Encode(FailureDetails failure)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new PayloadWriter(buffer);
        writer.WriteFailure(failure);
        writer.Flush();
        return buffer.WrittenSpan;
    }
}
