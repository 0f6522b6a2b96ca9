namespace ComputeHorde.Fallback.Tests.Wrapper;

/// <summary>The shells that images have.</summary>
public static class Shells
{
    internal static readonly string[] Names = ["dash", "bash", "busybox sh"];

    public static TheoryData<string> All => [.. Names];

    internal static void Skip(string shell) =>
        Assert.SkipWhen(
            !Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, shell.Split(' ')[0]))),
            $"{shell} is not installed"
        );
}
