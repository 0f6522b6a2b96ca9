namespace ComputeHorde.Storage.Local.Stores;

internal interface IReadTransaction
{
    T? Find<T>(Table<T> table, string scope, string name)
        where T : class;

    /// <summary>The records of a scope from a name on, in order, read as they are asked for.</summary>
    IEnumerable<KeyValuePair<string, T>> Scan<T>(Table<T> table, string scope, string from)
        where T : class;

    /// <summary>Bytes that stay readable, whatever is written, until they are disposed.</summary>
    IStoredBody Open(long body);
}
