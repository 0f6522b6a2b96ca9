using System.Collections.Immutable;

namespace ComputeHorde.Storage.Local.Stores;

/// <summary>Reads a state, and makes the next one of it.</summary>
internal sealed class MemoryTransaction(MemoryState state) : IWriteTransaction
{
    public MemoryState State { get; private set; } = state;

    public T? Find<T>(Table<T> table, string scope, string name)
        where T : class => State.Tables[table.Name].TryGetValue(new MemoryRow(scope, name, ""), out var row) ? row.Record as T : null;

    public IEnumerable<KeyValuePair<string, T>> Scan<T>(Table<T> table, string scope, string from)
        where T : class
    {
        var rows = State.Tables[table.Name];
        var found = rows.IndexOf(new MemoryRow(scope, from, ""));
        for (var index = found < 0 ? ~found : found; index < rows.Count && rows[index] is { } row && row.Scope == scope; index++)
        {
            yield return new KeyValuePair<string, T>(row.Name, (T)row.Record);
        }
    }

    public IStoredBody Open(long body) => new InlineBody(State.Bodies[body]);

    public void Put<T>(Table<T> table, string scope, string name, T record)
        where T : class
    {
        var row = new MemoryRow(scope, name, record);
        Change(table.Name, rows => rows.Remove(row).Add(row));
    }

    public void Delete<T>(Table<T> table, string scope, string name)
        where T : class => Change(table.Name, rows => rows.Remove(new MemoryRow(scope, name, "")));

    public void Clear<T>(Table<T> table, string scope)
        where T : class =>
        Change(table.Name, rows => rows.Except(Scan(table, scope, "").Select(row => new MemoryRow(scope, row.Key, "")).ToList()));

    public long Keep(StagedBody body)
    {
        State = State with { LastBody = State.LastBody + 1, Bodies = State.Bodies.Add(State.LastBody + 1, body.Inline!) };
        return State.LastBody;
    }

    public void Drop(long body) => State = State with { Bodies = State.Bodies.Remove(body) };

    private void Change(string table, Func<ImmutableSortedSet<MemoryRow>, ImmutableSortedSet<MemoryRow>> change) =>
        State = State with { Tables = State.Tables.SetItem(table, change(State.Tables[table])) };
}
