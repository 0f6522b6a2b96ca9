using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ComputeHorde.Durable.Http;

/// <summary>The description of the HTTP API, for tools that make clients of it.</summary>
public static class OpenApi
{
    /// <summary>The name of the document inside the assembly.</summary>
    public const string ResourceName = "openapi.json";

    /// <summary>Hands out the document.</summary>
    /// <param name="request">The request.</param>
    /// <returns>200 with an OpenAPI 3.1 document.</returns>
    [Function("OpenApi")]
    public static IActionResult Get([HttpTrigger(AuthorizationLevel.Function, "get", Route = "openapi.json")] HttpRequest request) =>
        new DownloadResult(typeof(OpenApi).Assembly.GetManifestResourceStream(ResourceName)!, "application/json");
}
