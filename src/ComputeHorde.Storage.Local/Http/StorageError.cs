namespace ComputeHorde.Storage.Local.Http;

/// <summary>A request that is refused as Azure refuses it.</summary>
internal sealed class StorageError(int status, string code, string message) : Exception(message)
{
    public int Status { get; } = status;

    /// <summary>What <c>x-ms-error-code</c> says.</summary>
    public string Code { get; } = code;

    /// <summary>Elements of the body beside code and message.</summary>
    public List<KeyValuePair<string, string>> Details { get; } = [];

    public List<KeyValuePair<string, string>> Headers { get; } = [];

    public StorageError WithDetail(string name, string value)
    {
        Details.Add(new KeyValuePair<string, string>(name, value));
        return this;
    }

    public StorageError WithHeader(string name, string value)
    {
        Headers.Add(new KeyValuePair<string, string>(name, value));
        return this;
    }
}
