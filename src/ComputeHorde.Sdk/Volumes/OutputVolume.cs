using System.Text.Json.Nodes;

namespace ComputeHorde.Sdk;

/// <summary>Where a file under <c>/output/</c> is uploaded to after the job: <see cref="HttpOutputVolume"/>.</summary>
public abstract record OutputVolume
{
    private protected OutputVolume() { }

    /// <summary>The facilitator's object: every key, in the model's order, nulls included (protocol 3.4).</summary>
    internal abstract JsonObject ToWire(string relativePath);
}
