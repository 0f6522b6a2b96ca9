namespace ComputeHorde.Sdk;

/// <summary>A call of the facilitator.</summary>
/// <param name="Name">Short name, for metrics.</param>
/// <param name="Method">HTTP method.</param>
/// <param name="Path">Path and query relative to the base address.</param>
internal sealed record FacilitatorRequest(string Name, HttpMethod Method, string Path)
{
    /// <summary>JSON body.</summary>
    public byte[]? Body { get; init; }

    /// <summary>Signature headers; never on GET (protocol 1.4).</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Largest answer to read, below <see cref="ComputeHordeOptions.MaxResponseBytes"/>; null for no limit of its own.</summary>
    public long? MaxAnswerBytes { get; init; }

    /// <summary>Called each time right before it is sent, when the login is there.</summary>
    public Func<CancellationToken, ValueTask>? BeforeSend { get; init; }

    /// <summary>Method and path for messages, without the query.</summary>
    public string What => $"{Method} /{Path.Split('?')[0]}";

    public static FacilitatorRequest Get(string name, string path) => new(name, HttpMethod.Get, path);
}
