namespace ComputeHorde.Storage.Local.Stores;

internal interface IStoredBody : IDisposable
{
    /// <returns>A stream from that byte on.</returns>
    Stream OpenAt(long offset);
}

internal sealed class InlineBody(byte[] bytes) : IStoredBody
{
    public Stream OpenAt(long offset) => new MemoryStream(bytes, (int)offset, bytes.Length - (int)offset, writable: false);

    public void Dispose() { }
}
