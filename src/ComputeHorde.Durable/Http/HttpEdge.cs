using System.Globalization;
using Azure;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace ComputeHorde.Durable.Http;

/// <summary>The edge of the HTTP API: the one place where what a function throws becomes a problem document.</summary>
internal static class HttpEdge
{
    /// <summary>Answers a request.</summary>
    /// <param name="answer">Answers it, or throws what says why not.</param>
    public static async Task<IActionResult> AnswerAsync(HttpRequest request, Func<Task<IActionResult>> answer)
    {
        ArgumentNullException.ThrowIfNull(request);
        try
        {
            return await answer();
        }
        catch (HttpProblemException problem)
        {
            return Retry(request, problem.RetryAfterSeconds, HttpResults.Problem(problem.Status, problem.Message, [problem.Problem]));
        }
        catch (ComputeHordeValidationException exception)
        {
            return HttpResults.Problem(400, "The request is not valid", exception.Problems);
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return HttpResults.Problem(
                410,
                "It is not kept any more",
                [new ValidationProblem("id", "names something that ended so long ago that what it stored was deleted.")]
            );
        }
        catch (Exception exception) when (StorageOutages.IsOutage(exception))
        {
            return Retry(
                request,
                10,
                HttpResults.Problem(
                    503,
                    "The storage account does not answer",
                    [
                        new ValidationProblem(
                            "storage",
                            $"does not answer. {StorageOutages.ReasonOf(exception)} Nothing was begun; send the same request again.".Replace(
                                "  ",
                                " ",
                                StringComparison.Ordinal
                            )
                        ),
                    ]
                )
            );
        }
        catch (RequestFailedException exception) when (exception.Status is 401 or 403)
        {
            return Retry(
                request,
                60,
                HttpResults.Problem(
                    503,
                    "The storage account does not let the functions in",
                    [
                        new ValidationProblem(
                            "storage",
                            $"refuses. {StorageOutages.FirstLineOf(exception)} Nothing was begun; send the same request again."
                        ),
                    ]
                )
            );
        }
        catch (RpcException exception) when (exception.StatusCode is StatusCode.Unavailable or StatusCode.Unknown or StatusCode.Internal)
        {
            // What the Durable client makes of trouble with the storage of its task hub.
            return Retry(
                request,
                10,
                HttpResults.Problem(
                    503,
                    "The task hub does not answer",
                    [new ValidationProblem("task_hub", "does not answer. Send the same request again.")]
                )
            );
        }
    }

    private static IActionResult Retry(HttpRequest request, int? seconds, IActionResult result)
    {
        if (seconds is { } wait)
        {
            request.HttpContext.Response.Headers.RetryAfter = wait.ToString(CultureInfo.InvariantCulture);
        }

        return result;
    }
}
