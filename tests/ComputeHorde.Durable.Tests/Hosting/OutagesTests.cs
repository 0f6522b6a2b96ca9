using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Tests.Support;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Durable.Tests.Hosting;

public sealed class OutagesTests
{
    [Fact]
    public void Ended_ReadWhileWritesFail_IsNoEndOfTheOutage()
    {
        using var log = new CollectedLog(output: null);
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(log));
        var outages = new Outages(TimeProvider.System, loggers.CreateLogger<Outages>());

        outages.Started(Outages.Storage, "disk full", isWrite: true);
        outages.Ended(Outages.Storage, isWrite: false);
        outages.Started(Outages.Storage, "disk full", isWrite: true);
        Assert.Equal("The storage does not answer; runs wait for it. disk full", Assert.Single(log.Lines).Text);

        outages.Ended(Outages.Storage);
        outages.Started(Outages.Storage, "no read", isWrite: false);
        outages.Ended(Outages.Storage, isWrite: false);
        Assert.Equal(4, log.Lines.Count);
    }
}
