using System.Text.Json.Nodes;

namespace ComputeHorde.Sdk;

/// <summary>
/// Data that is put under <c>/volume/</c> before the job starts: <see cref="InlineVolume"/>, <see cref="HttpVolume"/>,
/// <see cref="HuggingfaceVolume"/> or <see cref="ZipUrlVolume"/>.
/// </summary>
public abstract record InputVolume
{
    private protected InputVolume() { }

    /// <summary>The facilitator's object: every key, in the model's order, nulls included (protocol 3.4).</summary>
    internal abstract JsonObject ToWire(string relativePath);
}
