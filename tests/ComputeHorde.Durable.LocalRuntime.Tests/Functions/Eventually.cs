namespace ComputeHorde.Durable.LocalRuntime.Tests.Functions;

/// <summary>Bounded waiting for something that another process or thread brings about.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    public static Task True(Func<bool> condition) => True(() => Task.FromResult(condition()));

    public static async Task True(Func<Task<bool>> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        while (!await condition())
        {
            if (limit.IsCancellationRequested)
                Assert.Fail($"It did not happen within {Patience}.");
            await Task.Delay(20, CancellationToken.None);
        }
    }
}
