using Microsoft.AspNetCore.WebUtilities;

namespace ComputeHorde.Benchmarks;

/// <summary>
/// Names requests to an Azurite by service and operation, as Azure bills them, and by whom they are for: the engine, by the name of its
/// hub, or the functions' data.
/// </summary>
internal sealed class StorageOperations(string connectionString, string hub)
{
    private readonly Dictionary<int, string> _services = connectionString
        .Split(';')
        .Where(static part => part.Contains("Endpoint=", StringComparison.Ordinal))
        .ToDictionary(
            static part => new Uri(part[(part.IndexOf('=', StringComparison.Ordinal) + 1)..]).Port,
            static part => part[..part.IndexOf("Endpoint", StringComparison.Ordinal)]
        );

    /// <summary>Names a request; null when it goes elsewhere.</summary>
    public string? Describe(Uri address, string method)
    {
        if (!_services.TryGetValue(address.Port, out var service))
        {
            return null;
        }

        var path = address.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var place = path.ElementAtOrDefault(1) ?? "";
        var query = QueryHelpers.ParseQuery(address.Query);
        var operation = service switch
        {
            "Queue" => OfQueue(method, path),
            "Table" => OfTable(method, place),
            _ => OfBlob(method, query.TryGetValue("comp", out var comp) ? comp.ToString() : ""),
        };

        // A batch names its table inside; only the engine has tables.
        var owner = service == "Table" || place.StartsWith(hub, StringComparison.OrdinalIgnoreCase) ? "engine" : place;
        return $"{owner} {service.ToLowerInvariant()} {operation}";
    }

    private static string OfQueue(string method, string[] path) =>
        (method, path.ElementAtOrDefault(2)) switch
        {
            ("POST", "messages") => "put message",
            ("GET", "messages") => "get messages",
            ("DELETE", "messages") => "delete message",
            ("PUT", "messages") => "update message",
            _ => $"{method.ToLowerInvariant()} queue",
        };

    private static string OfTable(string method, string place) =>
        (method, place) switch
        {
            ("POST", "$batch") => "batch",
            ("POST", "Tables") => "create",
            ("POST", _) => "insert",
            ("GET", _) => "query",
            ("DELETE", _) => "delete",
            _ => "update",
        };

    private static string OfBlob(string method, string part) =>
        (method, part) switch
        {
            (_, "list") => "list",
            (_, "lease") => "lease",
            (_, "block") => "put block",
            (_, "blocklist") => "put block list",
            _ => method.ToLowerInvariant(),
        };
}
