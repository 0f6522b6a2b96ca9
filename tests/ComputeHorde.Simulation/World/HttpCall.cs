using System.Text;
using Microsoft.AspNetCore.Http;

namespace ComputeHorde.Simulation.World;

/// <summary>A request of a caller to an HTTP function.</summary>
internal sealed record HttpCall(string Function, string Method, string Path)
{
    public string? Id { get; init; }

    public string? Key { get; init; }

    public string? Body { get; init; }

    public string Query { get; init; } = "";

    public static HttpCall Post(string function, string path, string body, string key) =>
        new(function, "POST", path) { Body = body, Key = key };

    public static HttpCall Get(string function, string path, string id, string query = "") =>
        new(function, "GET", path) { Id = id, Query = query };

    public HttpContext ToContext(IServiceProvider services)
    {
        var http = new DefaultHttpContext { RequestServices = services };
        http.Request.Method = Method;
        http.Request.Scheme = "https";
        http.Request.Host = new HostString("app.invalid");
        http.Request.Path = "/api/" + Path;
        http.Request.QueryString = new QueryString(Query);
        if (Id is not null)
        {
            http.Request.RouteValues["id"] = http.Request.RouteValues["name"] = Id;
        }

        if (Key is not null)
        {
            http.Request.Headers["Idempotency-Key"] = Key;
        }

        if (Body is not null)
        {
            var bytes = Encoding.UTF8.GetBytes(Body);
            http.Request.ContentType = "application/json";
            http.Request.ContentLength = bytes.Length;
            http.Request.Body = new MemoryStream(bytes, writable: false);
        }

        return http;
    }
}

/// <summary>What a caller was answered.</summary>
internal sealed record HttpAnswer(int Status, string Body, string Location)
{
    public bool IsSuccess => Status is >= 200 and < 300;
}
