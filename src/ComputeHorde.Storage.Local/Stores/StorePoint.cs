namespace ComputeHorde.Storage.Local.Stores;

/// <summary>Where a machine may stop.</summary>
internal enum StorePoint
{
    BeforeStatement,
    BeforeCommit,
    AfterCommit,
}
