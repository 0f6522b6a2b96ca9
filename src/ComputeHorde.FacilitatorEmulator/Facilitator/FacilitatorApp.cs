using ComputeHorde.Emulator.Horde;
using ComputeHorde.Emulator.Python;
using ComputeHorde.Emulator.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Emulator.Facilitator;

/// <summary>Takes a request through faults, signature check, authentication and the view, in the original's order.</summary>
internal sealed class FacilitatorApp(
    HordeContext horde,
    TokenIssuer tokens,
    AuthViews auth,
    CreateView create,
    JobViews jobs,
    CheatView cheat,
    CounterBook counters
)
{
    private const string Jobs = "/api/v1/jobs/";
    private const string Create = "/api/v1/job-docker/";
    private const string Cheat = "/api/v1/cheated-job/";
    private const string Feedback = "/feedback/";

    public async Task HandleAsync(HttpContext http)
    {
        string call = Call(http.Request.Path.Value ?? "");
        Fault fault = horde.Faults.Draw(call);
        FaultSettings settings = horde.Faults.Settings;
        if (settings.LatencyMs is > 0 and int latency && horde.Faults.AppliesTo(call))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(latency), horde.Options.TimeProvider, http.RequestAborted);
        }

        if (fault != Fault.None)
        {
            counters.FaultsInjected.Add();
        }

        Answer answer = Instead(fault, settings) ?? await AnswerAsync(http);
        if (fault == Fault.Slow)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(settings.SlowMs), horde.Options.TimeProvider, http.RequestAborted);
        }

        await SendAsync(
            http,
            fault switch
            {
                Fault.ResetAfter => answer with { Reset = true },
                Fault.CutOff => answer with { CutOff = true },
                Fault.GatewayTimeout => Answer.Page(504, "504 Gateway Time-out"),
                _ => answer,
            }
        );
    }

    /// <summary>The answer of a fault that keeps the call from being done; null when it is done all the same.</summary>
    private static Answer? Instead(Fault fault, FaultSettings settings) =>
        fault switch
        {
            Fault.Error when settings.ErrorBody is { } body => new Answer(
                settings.ErrorStatus,
                AnswerBody.Of(body),
                body.AsSpan().TrimStart() is ['{' or '[', ..] ? "application/json" : "text/html"
            ),
            Fault.Error => Answer.Page(settings.ErrorStatus, "Injected error"),
            Fault.Throttle => Answer.Json(429, "detail", "Request was throttled.") with { RetryAfter = "1" },
            Fault.ResetBefore => Answer.Page(500, "Reset") with { Reset = true },
            Fault.ServerError => Answer.Page(500, "Server Error (500)"),
            Fault.Unavailable => Answer.Page(503, "503 Service Temporarily Unavailable"),
            Fault.Forbidden => Answer.Page(403, "403 Forbidden"),
            Fault.Unauthorized => Answer.Unauthorized("Token expired."),
            Fault.Missing => Answer.Page(404, "404 Not Found"),
            Fault.Page => Answer.Page(200, "Welcome"),
            _ => null,
        };

    private async Task<Answer> AnswerAsync(HttpContext http)
    {
        try
        {
            return await RouteAsync(await SignatureMiddleware.ReadAsync(http));
        }
        catch (UnkindException e)
        {
            // What follows the colon may hold the signed text, with addresses and tokens: for the client's eyes only.
            Logs.UnkindAnswer(horde.Logger, http.Request.Method, http.Request.Path, e.Message.Split(':')[0]);
            return horde.Options.Kind
                ? Answer.Json(
                    400,
                    new PyDict { ["error"] = e.Message, ["details"] = $"The real facilitator answers {e.Status} with an HTML page." }
                )
                : Answer.Page(e.Status, e.Status == 400 ? "Bad Request (400)" : "Server Error (500)");
        }
        catch (BadHttpRequestException e)
        {
            // Kestrel's own limit stands for nginx's: 413 for a body over 100 MB.
            return Answer.Page(e.StatusCode, "Request refused");
        }
        catch (Exception e) when (!http.RequestAborted.IsCancellationRequested)
        {
            // An error of the emulator itself, such as a full disk: seen in the log, and by the client as the original's own would be.
            Logs.RequestBroken(horde.Logger, e, http.Request.Method, http.Request.Path);
            return Answer.Page(500, "Server Error (500)");
        }
    }

    private async Task<Answer> RouteAsync(ApiRequest request)
    {
        string path = request.Http.Request.Path.Value ?? "";
        switch (path)
        {
            case "/auth/nonce":
                return View(request, "OPTIONS, GET", () => auth.Nonce(request));
            case "/auth/login":
                return View(request, "OPTIONS, POST", () => auth.Login(request));
            case Create:
                return await ViewAsync(request, "POST, OPTIONS", hotkey => create.CreateAsync(request, hotkey));
            case Cheat:
                return await ViewAsync(request, "POST, OPTIONS", hotkey => cheat.ReportAsync(request, hotkey));
            case Jobs:
                return await ViewAsync(request, "GET, HEAD, OPTIONS", hotkey => Task.FromResult(jobs.List(hotkey, request)));
        }

        if (IsDetail(path, Feedback))
        {
            return await ViewAsync(request, "GET, POST, PUT, OPTIONS", _ => Task.FromResult(FeedbackView.Handle(request)));
        }

        if (IsDetail(path, "/"))
        {
            return await ViewAsync(request, "GET, HEAD, OPTIONS", hotkey => Task.FromResult(jobs.Detail(hotkey, path[Jobs.Length..^1])));
        }

        string slashed = path + "/";
        return slashed is Create or Cheat or Jobs || IsDetail(slashed, "/") || IsDetail(slashed, Feedback)
            ? Answer.Redirect(slashed + request.Http.Request.QueryString)
            : Answer.Page(404, "Not Found");
    }

    /// <summary>An auth view: a bad token is refused, none is needed.</summary>
    private Answer View(ApiRequest request, string allow, Func<Answer> view)
    {
        Answer answer = Authentication.Check(request.Http, tokens, out _) ?? Method(request, allow) ?? view();
        return answer with { Allow = allow };
    }

    private async Task<Answer> ViewAsync(ApiRequest request, string allow, Func<string, Task<Answer>> view)
    {
        Answer answer = Authentication.Require(request.Http, tokens, out string hotkey) ?? Method(request, allow) ?? await view(hotkey);
        return answer with { Allow = allow };
    }

    private static Answer? Method(ApiRequest request, string allow)
    {
        if (!allow.Split(", ").Contains(request.Method))
        {
            return Answer.Json(405, "detail", $"Method \"{request.Method}\" not allowed.");
        }

        return request.Method == "OPTIONS"
            ? Answer.Json(
                200,
                new PyDict
                {
                    ["renders"] = new PyList { "application/json" },
                    ["parses"] = new PyList { "application/json" },
                }
            )
            : null;
    }

    /// <summary>True for <c>/api/v1/jobs/{one segment}{tail}</c>; the segment has no dot.</summary>
    private static bool IsDetail(string path, string tail)
    {
        if (
            !path.StartsWith(Jobs, StringComparison.Ordinal)
            || !path.EndsWith(tail, StringComparison.Ordinal)
            || path.Length <= Jobs.Length + tail.Length
        )
        {
            return false;
        }

        return !path.AsSpan(Jobs.Length, path.Length - Jobs.Length - tail.Length).ContainsAny('/', '.');
    }

    private static string Call(string path) =>
        path switch
        {
            _ when path.StartsWith("/auth/", StringComparison.Ordinal) => "auth",
            _ when path.StartsWith(Create, StringComparison.Ordinal) => "create",
            _ when path.StartsWith(Cheat, StringComparison.Ordinal) => "cheat",
            Jobs => "list",
            _ => "detail",
        };

    private async Task SendAsync(HttpContext http, Answer answer)
    {
        if (answer.DelaySeconds > 0)
        {
            horde.Scheduler.Enter();
            try
            {
                await horde.Scheduler.Delay(TimeSpan.FromSeconds(answer.DelaySeconds), http.RequestAborted);
            }
            finally
            {
                horde.Scheduler.Leave();
            }
        }

        if (answer.Status == 401)
        {
            counters.Unauthorized.Add();
        }

        if (answer.Reset)
        {
            http.Abort();
            return;
        }

        if (answer.CutOff)
        {
            http.Response.StatusCode = answer.Status;
            http.Response.ContentType = answer.ContentType;
            http.Response.ContentLength = answer.Body.Length + 1;
            await answer.Body.WriteToAsync(http.Response.Body, answer.Body.Length / 2, http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
            http.Abort();
            return;
        }

        HttpResponse response = http.Response;
        response.StatusCode = answer.Status;
        response.ContentType = answer.ContentType;
        response.ContentLength = answer.Body.Length;
        response.Headers.Allow = answer.Allow;
        response.Headers.WWWAuthenticate = answer.WwwAuthenticate;
        response.Headers.Location = answer.Location;
        response.Headers.RetryAfter = answer.RetryAfter;
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await answer.Body.WriteToAsync(response.Body, answer.Body.Length, http.RequestAborted);
        }
    }
}
