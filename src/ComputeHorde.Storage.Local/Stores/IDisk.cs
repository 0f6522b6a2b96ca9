namespace ComputeHorde.Storage.Local.Stores;

/// <summary>What the store does with files beside its database. The tests put a disk here that forgets what was not flushed.</summary>
internal interface IDisk
{
    /// <summary>Makes a file that only its owner may read.</summary>
    Stream Create(string path);

    /// <summary>Returns when the bytes are on the disk.</summary>
    void Flush(Stream file);

    /// <summary>Returns when it is on the disk which files are in the folder.</summary>
    void FlushFolder(string path);

    void Delete(string path);
}
