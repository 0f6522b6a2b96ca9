namespace ComputeHorde.Storage.Local.Http;

internal enum StorageKind
{
    Blob,
    Queue,
}
