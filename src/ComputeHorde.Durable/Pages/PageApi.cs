using ComputeHorde.Durable.Http;
using ComputeHorde.Sdk;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ComputeHorde.Durable.Pages;

/// <summary>
/// The runs page. Its files hold nothing of anybody's and need no key; what they show they ask the API for, with the key that was typed. So
/// the page is all that a browser may be pointed at: a key never stands in an address.
/// </summary>
internal static class PageApi
{
    private const string Route = "page";

    /// <returns>200 with the page, 304 when the browser has it, 308 to the address without a slash at its end: what the page names lies
    /// below that.</returns>
    [Function("ShowPage")]
    public static IActionResult Get([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Route)] HttpRequest request) =>
        request.Path.Value?.EndsWith('/') == true
            ? new RedirectResult(ApiAddress.BasePath(request, Route) + "/" + Route, permanent: true, preserveMethod: true)
            : new PageFileResult(PageFile.Index);

    /// <returns>200 with a part of the page, 304 when the browser has it, or 404.</returns>
    [Function("ShowPageFile")]
    public static Task<IActionResult> GetFileAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "page/{file}")] HttpRequest request,
        string file
    ) =>
        HttpEdge.AnswerAsync(
            request,
            () =>
                Task.FromResult<IActionResult>(
                    PageFile.Find(file) is { } found
                        ? new PageFileResult(found)
                        : throw new HttpProblemException(
                            404,
                            "There is no such file",
                            new ValidationProblem("file", "is no part of the page.")
                        )
                )
        );
}
