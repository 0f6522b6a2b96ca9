using ComputeHorde.Durable.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace ComputeHorde.Durable.Tests.Http;

public class ApiAddressTests
{
    [Theory]
    [InlineData("api/jobs", "jobs", "/api/jobs", "http://host:7071/api/jobs/pre-1")]
    [InlineData("gpu-jobs/v1/jobs", "jobs", "/gpu-jobs/v1/jobs", "http://host:7071/gpu-jobs/v1/jobs/pre-1")]
    [InlineData("jobs", "jobs", "/jobs/", "http://host:7071/jobs/pre-1")]
    [InlineData("jobs/jobs", "jobs", "/JOBS/jobs", "http://host:7071/jobs/jobs/pre-1")]
    [InlineData("api/batches/{id}/rerun", "batches/{id}/rerun", "/api/batches/batches/rerun", "http://host:7071/api/jobs/pre-1")]
    public void Of_AnyPrefix_ComesFromRouting(string pattern, string route, string path, string expected) =>
        Assert.Equal(expected, ApiAddress.Of(Request(pattern, path), route, "jobs/pre-1"));

    [Fact]
    public void Of_BehindAGateway_IsTheOuterAddress()
    {
        var request = Request("api/jobs", "/api/jobs");
        request.Scheme = "https";
        request.Host = new HostString("gateway.example");
        request.PathBase = "/horde";

        Assert.Equal("https://gateway.example/horde/api/jobs/a~1", ApiAddress.Of(request, "jobs", "jobs/a~1"));
    }

    private static HttpRequest Request(string pattern, string path)
    {
        var context = new DefaultHttpContext();
        context.SetEndpoint(
            new RouteEndpoint(
                static _ => Task.CompletedTask,
                RoutePatternFactory.Parse(pattern),
                0,
                EndpointMetadataCollection.Empty,
                "test"
            )
        );
        (context.Request.Scheme, context.Request.Host, context.Request.Path) = ("http", new HostString("host", 7071), path);
        return context.Request;
    }
}
