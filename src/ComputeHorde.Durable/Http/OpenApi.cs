using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ComputeHorde.Durable.Http;

/// <summary>The description of the HTTP API, for tools that make clients of it.</summary>
internal static class OpenApi
{
    private const string Route = "openapi.json";

    /// <summary>The name of the document inside the assembly.</summary>
    internal const string ResourceName = "openapi.json";

    /// <summary>Hands out the document, with the address that it was asked for under.</summary>
    /// <returns>200 with an OpenAPI 3.1 document.</returns>
    [Function("OpenApi")]
    public static IActionResult Get([HttpTrigger(AuthorizationLevel.Function, "get", Route = Route)] HttpRequest request)
    {
        using var content = typeof(OpenApi).Assembly.GetManifestResourceStream(ResourceName)!;
        var document = JsonNode.Parse(content)!;
        document["servers"] = new JsonArray(
            new JsonObject { ["url"] = ApiAddress.BasePath(request, Route) is { Length: > 0 } path ? path : "/" }
        );
        return new TextResult
        {
            StatusCode = 200,
            ContentType = "application/json; charset=utf-8",
            Content = document.ToJsonString(),
        };
    }
}
