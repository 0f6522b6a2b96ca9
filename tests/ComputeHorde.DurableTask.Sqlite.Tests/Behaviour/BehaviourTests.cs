namespace ComputeHorde.DurableTask.Sqlite.Tests.Behaviour;

/// <summary>One source of cases, four engines: ours in its three forms, and the real one, which says what is right.</summary>
public abstract class BehaviourTests<T>(T engine) : IClassFixture<T>
    where T : EngineFixture
{
    [Theory]
    [MemberData(nameof(EngineCaseNames.All), MemberType = typeof(EngineCaseNames))]
    public async Task Case_OnThisEngine_ComesOutAsOnAllOthers(string name)
    {
        var engineCase = new EngineCases().All.Single(candidate => candidate.Name == name);

        Assert.Equal(
            engine is OnTheRealEngine ? engineCase.OnRealEngine ?? engineCase.Expected : engineCase.Expected,
            await engine.OutcomeAsync(name)
        );
    }
}

public sealed class MemoryBehaviourTests(InMemory engine) : BehaviourTests<InMemory>(engine);

public sealed class FileBehaviourTests(OnAFile engine) : BehaviourTests<OnAFile>(engine);

public sealed class ColdBehaviourTests(WithNothingWarm engine) : BehaviourTests<WithNothingWarm>(engine);

public sealed class RealBehaviourTests(OnTheRealEngine engine) : BehaviourTests<OnTheRealEngine>(engine);
