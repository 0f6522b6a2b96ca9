using System.Text.Json.Nodes;

namespace ComputeHorde.Durable.Azure.Tests.Infra;

/// <summary>The resources that a deployment would make.</summary>
internal sealed record Deployment(IReadOnlyList<JsonObject> Resources, JsonObject Outputs)
{
    public static Deployment Parse(string snapshot)
    {
        var root = JsonNode.Parse(snapshot)!.AsObject();
        return new Deployment(
            [.. root["predictedResources"]!.AsArray().Select(static resource => resource!.AsObject())],
            root["outputs"]!.AsObject()
        );
    }

    public IEnumerable<JsonObject> OfType(string type) => Resources.Where(resource => resource["type"]!.GetValue<string>() == type);

    /// <summary>The application settings of the function app.</summary>
    public JsonObject Settings =>
        OfType("Microsoft.Web/sites/config").Single(static resource => Name(resource).EndsWith("/appsettings", StringComparison.Ordinal))[
            "properties"
        ]!.AsObject();

    /// <summary>The last parts of the names of all resources of a type.</summary>
    public IEnumerable<string> Names(string type) => OfType(type).Select(static resource => Name(resource).Split('/')[^1]);

    /// <summary>Who is given which role on what, by names that a reader knows.</summary>
    public IEnumerable<Grant> Grants => OfType("Microsoft.Authorization/roleAssignments").Select(ToGrant);

    public static string Name(JsonObject resource) => resource["name"]!.GetValue<string>();

    /// <summary>All texts of a resource, expressions included.</summary>
    public static IEnumerable<string> Texts(JsonNode? node) =>
        node switch
        {
            JsonObject map => map.SelectMany(static pair => Texts(pair.Value)),
            JsonArray list => list.SelectMany(Texts),
            JsonValue value when value.TryGetValue<string>(out var text) => [text],
            _ => [],
        };

    private Grant ToGrant(JsonObject assignment)
    {
        var properties = assignment["properties"]!;
        var role = properties["roleDefinitionId"]!.GetValue<string>().Split('/')[^1];
        var own = OfType("Microsoft.Authorization/roleDefinitions").SingleOrDefault(definition => Name(definition) == role);
        var id = assignment["id"]!.GetValue<string>();
        return new Grant(
            WhoIs(properties["principalId"]!.GetValue<string>()),
            own is null ? Roles.NameOf(Guid.Parse(role)) : own["properties"]!["roleName"]!.GetValue<string>(),
            ScopeOf(id[..id.IndexOf("/providers/Microsoft.Authorization/", StringComparison.Ordinal)])
        );
    }

    private static string WhoIs(string principal) =>
        principal switch
        {
            _ when principal.Contains("/userAssignedIdentities/", StringComparison.Ordinal) => "app",
            _ when principal.Contains("/sites/", StringComparison.Ordinal) => "platform",
            InfraFixture.Deployer => "deployer",
            InfraFixture.Operator => "operator",
            _ => principal,
        };

    /// <summary>What a role reaches: the kind of resource and its name, or the whole account.</summary>
    private static string ScopeOf(string id)
    {
        var parts = id.Split('/');
        var name = parts[^1];
        return parts[^2] switch
        {
            "resourceGroups" => "resource group",
            "storageAccounts" => name.StartsWith("sthost", StringComparison.Ordinal) ? "host account" : "data account",
            "containers" or "queues" => $"{parts[^2][..^1]} {name}",
            var kind => kind,
        };
    }
}

/// <summary>A role assignment.</summary>
internal sealed record Grant(string Who, string Role, string Scope)
{
    public override string ToString() => $"{Who}: {Role} on {Scope}";
}
