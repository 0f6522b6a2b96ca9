using System.Buffers;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>Turns and messages as bytes. The numbers of the kinds are part of the file format: never reuse one.</summary>
internal static class HistoryCodec
{
    public static void Write(IBufferWriter<byte> target, long timestamp, List<HistoryEvent> received, List<ActionEvent> actions)
    {
        var writer = new PayloadWriter(target);
        writer.WriteInt64(timestamp);
        writer.WriteInt32(received.Count);
        foreach (var item in received)
        {
            WriteEvent(ref writer, item);
        }

        writer.WriteInt32(actions.Count);
        foreach (var item in actions)
        {
            WriteEvent(ref writer, item);
        }

        writer.Flush();
    }

    public static void Write(IBufferWriter<byte> target, HistoryEvent message)
    {
        var writer = new PayloadWriter(target);
        WriteEvent(ref writer, message);
        writer.Flush();
    }

    /// <summary>Reads the turns of one row of the history: those that were written together.</summary>
    public static List<HistoryTurn> ReadTurns(ReadOnlySpan<byte> data)
    {
        List<HistoryTurn> turns = [];
        for (var reader = new PayloadReader(data); !reader.IsAtEnd;)
        {
            turns.Add(ReadTurn(ref reader));
        }

        return turns;
    }

    public static HistoryEvent ReadMessage(ReadOnlySpan<byte> data)
    {
        var reader = new PayloadReader(data);
        return ReadEvent(ref reader);
    }

    private static HistoryTurn ReadTurn(ref PayloadReader reader)
    {
        var timestamp = reader.ReadInt64();
        var received = new HistoryEvent[reader.ReadInt32()];
        for (var i = 0; i < received.Length; i++)
        {
            received[i] = ReadEvent(ref reader);
        }

        var actions = new ActionEvent[reader.ReadInt32()];
        for (var i = 0; i < actions.Length; i++)
        {
            actions[i] = (ActionEvent)ReadEvent(ref reader);
        }

        return new HistoryTurn(timestamp, received, actions);
    }

    private static void WriteEvent(ref PayloadWriter writer, HistoryEvent item)
    {
        switch (item)
        {
            case ExecutionStarted { Rules: 0 }:
                writer.WriteByte(1);
                break;
            case ExecutionStarted e:
                writer.WriteByte(18);
                writer.WriteInt32(e.Rules);
                break;
            case TaskCompleted e:
                writer.WriteByte(2);
                writer.WriteInt32(e.TaskId);
                writer.WriteString(e.Result);
                break;
            case TaskFailed e:
                writer.WriteByte(3);
                writer.WriteInt32(e.TaskId);
                writer.WriteFailure(e.Failure);
                break;
            case TimerFired e:
                writer.WriteByte(4);
                writer.WriteInt32(e.TimerId);
                break;
            case SubOrchestrationCompleted e:
                writer.WriteByte(5);
                writer.WriteInt32(e.TaskId);
                writer.WriteString(e.Result);
                break;
            case SubOrchestrationFailed e:
                writer.WriteByte(6);
                writer.WriteInt32(e.TaskId);
                writer.WriteFailure(e.Failure);
                break;
            case EventRaised e:
                writer.WriteByte(7);
                writer.WriteString(e.Name);
                writer.WriteString(e.Payload);
                break;
            case ExecutionSuspended e:
                writer.WriteByte(8);
                writer.WriteString(e.Reason);
                break;
            case ExecutionResumed e:
                writer.WriteByte(9);
                writer.WriteString(e.Reason);
                break;
            case ExecutionTerminated e:
                writer.WriteByte(10);
                writer.WriteString(e.Output);
                writer.WriteByte(e.Recursive ? (byte)1 : (byte)0);
                break;
            case TaskScheduled e:
                writer.WriteByte(11);
                writer.WriteInt32(e.Id);
                writer.WriteString(e.Name);
                writer.WriteString(e.Version);
                writer.WriteString(e.Input);
                break;
            case TimerCreated e:
                writer.WriteByte(12);
                writer.WriteInt32(e.Id);
                writer.WriteInt64(e.FireAt);
                break;
            case SubOrchestrationCreated e:
                writer.WriteByte(e.Tags is null ? (byte)13 : (byte)17);
                writer.WriteInt32(e.Id);
                writer.WriteString(e.InstanceId);
                writer.WriteString(e.Name);
                writer.WriteString(e.Version);
                writer.WriteString(e.Input);
                if (e.Tags is { } tags)
                {
                    writer.WriteTags(tags);
                }

                break;
            case EventSent e:
                writer.WriteByte(14);
                writer.WriteInt32(e.Id);
                writer.WriteString(e.InstanceId);
                writer.WriteString(e.Name);
                writer.WriteString(e.Payload);
                break;
            case ExecutionCompleted e:
                writer.WriteByte(15);
                writer.WriteInt32(e.Id);
                writer.WriteInt32((int)e.Status);
                writer.WriteString(e.Output);
                writer.WriteFailure(e.Failure);
                break;
            case CallLeftBehind e:
                writer.WriteByte(16);
                writer.WriteString(e.InstanceId);
                WriteEvent(ref writer, e.Call);
                break;
            default:
                throw new InvalidOperationException($"No encoding for the event {item.GetType()}.");
        }
    }

    private static HistoryEvent ReadEvent(ref PayloadReader reader)
    {
        var kind = reader.ReadByte();
        return kind switch
        {
            1 => new ExecutionStarted(),
            2 => new TaskCompleted(reader.ReadInt32(), reader.ReadString()),
            3 => new TaskFailed(reader.ReadInt32(), reader.ReadFailure()!),
            4 => new TimerFired(reader.ReadInt32()),
            5 => new SubOrchestrationCompleted(reader.ReadInt32(), reader.ReadString()),
            6 => new SubOrchestrationFailed(reader.ReadInt32(), reader.ReadFailure()!),
            7 => new EventRaised(reader.ReadString()!, reader.ReadString()),
            8 => new ExecutionSuspended(reader.ReadString()),
            9 => new ExecutionResumed(reader.ReadString()),
            10 => new ExecutionTerminated(reader.ReadString(), reader.ReadByte() != 0),
            11 => new TaskScheduled(reader.ReadInt32(), reader.ReadString()!, reader.ReadString(), reader.ReadString()),
            12 => new TimerCreated(reader.ReadInt32(), reader.ReadInt64()),
            13 => ReadSubOrchestration(ref reader),
            14 => new EventSent(reader.ReadInt32(), reader.ReadString()!, reader.ReadString()!, reader.ReadString()),
            15 => new ExecutionCompleted(
                reader.ReadInt32(),
                (OrchestrationRuntimeStatus)reader.ReadInt32(),
                reader.ReadString(),
                reader.ReadFailure()
            ),
            16 => new CallLeftBehind(reader.ReadString()!, (TaskScheduled)ReadEvent(ref reader)),
            17 => ReadSubOrchestration(ref reader) with { Tags = reader.ReadTags() },
            18 => new ExecutionStarted(reader.ReadInt32()),
            _ => throw new InvalidDataException($"The stored history holds an event of the unknown kind {kind}."),
        };
    }

    private static SubOrchestrationCreated ReadSubOrchestration(ref PayloadReader reader) =>
        new(reader.ReadInt32(), reader.ReadString()!, reader.ReadString()!, reader.ReadString(), reader.ReadString());
}
