using System.Globalization;
using ComputeHorde.DurableTask.Sqlite.Engine;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ComputeHorde.DurableTask.Sqlite.Tests.DurableTask;

public sealed class OrchestrationContextTests
{
    /// <summary>The values are those of the real library.</summary>
    [Theory]
    [InlineData("fixed-instance-id", 0, "0f353f85-75d2-56f8-89b5-a7773ace7605")]
    [InlineData("fixed-instance-id", 1, "b0fd1465-f3d8-5a7e-98b1-f34137b15060")]
    [InlineData("fixed-instance-id", 2, "12bec829-d5e1-563c-ac70-9806cad148c1")]
    [InlineData("other-instance-id", 0, "258d445c-0c1e-594c-a4a1-0a837e4ebe92")]
    public void NewGuid_OfKnownInputs_IsTheRealOne(string instanceId, int counter, string expected)
    {
        var time = DateTime.Parse("2023-05-06T07:08:09.1234567Z", CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);

        Assert.Equal(Guid.Parse(expected), DeterministicGuid.Create(instanceId, time, counter));
    }

    [Theory]
    [InlineData("1.1", "1.0", 1)]
    [InlineData("1.0.0", "1.0.1", -1)]
    [InlineData("", "1.0", -1)]
    [InlineData("1.0", "", 1)]
    [InlineData("", "", 0)]
    [InlineData("alpha", "beta", -1)]
    [InlineData("ALPHA", "alpha", 0)]
    public void CompareVersionTo_OfAnyVersions_OrdersThem(string own, string other, int sign) =>
        Assert.Equal(sign, Math.Sign(new BareContext(own).CompareVersionTo(other)));

    [Fact]
    public void ReplaySafeLoggerFactory_OfOneContext_IsOneAndLeavesTheHostsAlone()
    {
        var context = new BareContext("");
        var factory = context.ReplaySafeLoggerFactory;

        var exception = Assert.Throws<NotSupportedException>(() => factory.AddProvider(NullLoggerProvider.Instance));
        factory.Dispose();

        Assert.Contains("replay-safe logger factory is not supported", exception.Message, StringComparison.Ordinal);
        Assert.Same(factory, context.ReplaySafeLoggerFactory);
    }

    /// <summary>What a user writes who tests an orchestrator without a host.</summary>
    private sealed class BareContext(string version) : TaskOrchestrationContext
    {
        public override TaskName Name => "bare";

        public override string InstanceId => "id";

        public override ParentOrchestrationInstance? Parent => null;

        public override DateTime CurrentUtcDateTime => DateTime.UnixEpoch;

        public override bool IsReplaying => false;

        public override string Version => version;

        protected override ILoggerFactory LoggerFactory => NullLoggerFactory.Instance;

        public override T GetInput<T>()
            where T : default => throw new NotSupportedException();

        public override Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null) =>
            throw new NotSupportedException();

        public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
            where T : default => throw new NotSupportedException();

        public override void SendEvent(string instanceId, string eventName, object payload) => throw new NotSupportedException();

        public override void SetCustomStatus(object? customStatus) => throw new NotSupportedException();

        public override Task<TResult> CallSubOrchestratorAsync<TResult>(
            TaskName orchestratorName,
            object? input = null,
            TaskOptions? options = null
        ) => throw new NotSupportedException();

        public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true) =>
            throw new NotSupportedException();

        public override Guid NewGuid() => throw new NotSupportedException();
    }
}
