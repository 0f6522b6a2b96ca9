using System.Text.Json.Serialization.Metadata;

namespace ComputeHorde.Storage.Local.Stores;

/// <summary>A table of records, each found by a scope (a container, say) and a name, in the order of the names' UTF-8 bytes.</summary>
internal sealed record Table<T>(string Name, JsonTypeInfo<T> Json)
    where T : class;
