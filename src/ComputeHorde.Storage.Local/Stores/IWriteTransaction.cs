namespace ComputeHorde.Storage.Local.Stores;

internal interface IWriteTransaction : IReadTransaction
{
    void Put<T>(Table<T> table, string scope, string name, T record)
        where T : class;

    void Delete<T>(Table<T> table, string scope, string name)
        where T : class;

    /// <summary>Deletes all records of a scope.</summary>
    void Clear<T>(Table<T> table, string scope)
        where T : class;

    /// <returns>The number by which the bytes are opened and dropped.</returns>
    long Keep(StagedBody body);

    void Drop(long body);
}
