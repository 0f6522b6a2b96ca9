using Azure.Core.Serialization;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Options of a functions application.</summary>
public class WorkerOptions
{
    /// <summary>Creates the options.</summary>
    public WorkerOptions()
    {
    }

    /// <summary>Reads and writes the objects that triggers, bindings and orchestrations carry.</summary>
    /// <value>System.Text.Json with the application's <c>JsonSerializerOptions</c>, property names in any case.</value>
    public ObjectSerializer? Serializer { get; set; }

    /// <summary>The capabilities that the application announces. A local host asks for none.</summary>
    public IDictionary<string, string> Capabilities { get; } = new Dictionary<string, string>();
}
