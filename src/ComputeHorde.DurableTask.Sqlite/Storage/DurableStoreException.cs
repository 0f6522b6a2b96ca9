namespace ComputeHorde.DurableTask.Sqlite;

/// <summary>The store cannot be opened, or could not write. After a failed write it is not known whether it took effect.</summary>
public sealed class DurableStoreException : Exception
{
    internal DurableStoreException(string message, Exception? cause = null)
        : base(message, cause) { }
}
