using ComputeHorde.Durable.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ComputeHorde.Durable.Limits;

/// <summary>Shows what the namespaces may use and what they do.</summary>
internal sealed class LimitsApi(LimitBook book, Places places, ITrustedUse trustedUse)
{
    private const int MostShown = 100;

    /// <summary>
    /// 200 with every namespace that has limits of its own, holds places, waits for some or had checks in the last hour; 503 while the
    /// storage is away.
    /// </summary>
    [Function("ShowLimits")]
    public Task<IActionResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "limits")] HttpRequest request,
        CancellationToken cancellationToken
    ) => HttpEdge.AnswerAsync(request, async () => HttpResults.Conditional(request, await ViewAsync(cancellationToken)));

    private async Task<LimitsView> ViewAsync(CancellationToken cancellationToken)
    {
        var held = await places.HeldAsync(cancellationToken);
        var used = await places.UsedAsync(cancellationToken);
        var trusted = await trustedUse.LastHourAsync(cancellationToken);
        var waiting = await places.WaitingAsync(cancellationToken);
        LimitView[] namespaces =
        [
            .. book
                .Namespaces.Concat(held.Values)
                .Concat(used.Keys)
                .Concat(trusted.Keys)
                .Concat(waiting.Select(static run => run.Place.Namespace))
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal)
                .Select(name => new LimitView(name, book.For(name))
                {
                    InFlight = held.Values.Count(holder => holder == name),
                    Waiting = waiting.Count(run => run.Place.Namespace == name),
                    ExecutorSecondsLastDay = used.GetValueOrDefault(name),
                    TrustedSecondsLastHour = trusted.GetValueOrDefault(name),
                }),
        ];
        return new LimitsView(
            namespaces,
            [
                .. waiting
                    .OrderByDescending(static run => run.Place.Priority)
                    .ThenBy(static run => run.Since)
                    .Take(MostShown)
                    .Select(static run => new WaitingView(run.Run, run.Place.Namespace, run.Place.Priority, run.Since)),
            ]
        );
    }
}
