using Microsoft.Azure.Functions.Worker;

namespace ComputeHorde.Functions.Local.Tests;

public sealed class TimerFunctions
{
    private readonly Recorder _recorder;

    public TimerFunctions(IServiceProvider services) => _recorder = (Recorder)services.GetService(typeof(Recorder))!;

    [Function("TimerOnSchedule")]
    public Task OnSchedule([TimerTrigger("%TestSchedule%")] TimerInfo timer, CancellationToken cancellation) =>
        _recorder.RecordAsync("TimerOnSchedule", timer, cancellation);

    [Function("TimerOnStartup")]
    public Task OnStartup([TimerTrigger("0 0 0 1 1 *", RunOnStartup = true)] TimerInfo timer) =>
        _recorder.RecordAsync("TimerOnStartup", timer);
}
