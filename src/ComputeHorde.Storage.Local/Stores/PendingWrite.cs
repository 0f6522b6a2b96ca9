using Microsoft.Data.Sqlite;

namespace ComputeHorde.Storage.Local.Stores;

/// <summary>A write on its way into a group.</summary>
internal interface IPendingWrite
{
    /// <returns>False when it threw, and what it has written is to be undone.</returns>
    bool Run(IWriteTransaction transaction);

    /// <summary>Answers, after the commit.</summary>
    void Complete();

    void Fail(Exception failure);
}

internal sealed class PendingWrite<T>(Func<IWriteTransaction, T> write) : IPendingWrite
{
    private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _value;
    private Exception? _failure;

    public Task<T> Result => _result.Task;

    public bool Run(IWriteTransaction transaction)
    {
        try
        {
            _value = write(transaction);
            return true;
        }
        catch (Exception failure) when (failure is not (SqliteException or IOException))
        {
            // A refusal belongs to this write alone; what fails in the database itself fails the group.
            _failure = failure;
            return false;
        }
    }

    public void Complete()
    {
        if (_failure is null)
        {
            _result.SetResult(_value!);
        }
        else
        {
            _result.SetException(_failure);
        }
    }

    public void Fail(Exception failure) => _result.SetException(failure);
}
