namespace ComputeHorde.DurableTask.Sqlite.Tests.Behaviour;

/// <summary>The cases as tests are told of them.</summary>
public static class EngineCaseNames
{
    public static TheoryData<string> All => [.. new EngineCases().All.Select(engineCase => engineCase.Name)];
}
