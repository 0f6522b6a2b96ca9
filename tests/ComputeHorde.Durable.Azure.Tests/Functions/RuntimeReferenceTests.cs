using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.LocalRuntime;
using ComputeHorde.Durable.LocalRuntime.Tests.Api;

namespace ComputeHorde.Durable.Azure.Tests.Functions;

/// <summary>The functions compile against the local runtime here and against the real packages in the Azure project: what they use must exist in both.</summary>
public sealed class RuntimeReferenceTests
{
    private static readonly IReadOnlyList<RuntimeReference> References = RuntimeReference.In(typeof(DurableServices).Assembly);

    [Fact]
    public void Functions_EveryReferenceIntoTheRuntime_IsInTheListingOfTheRealPackages()
    {
        var listing = ApiListing.Load();

        Assert.Empty(References.SelectMany(reference => Problems(reference, listing)));
    }

    [Fact]
    public void Functions_EveryReferenceIntoTheRuntime_IsInAMicrosoftNamespace() =>
        Assert.All(References, static reference => Assert.StartsWith("Microsoft.", reference.Namespace, StringComparison.Ordinal));

    [Fact]
    public void References_OfEveryKind_AreFound()
    {
        var found = References.Select(static reference => reference.ToString()).ToHashSet(StringComparer.Ordinal);

        Assert.Superset(
            new HashSet<string>(StringComparer.Ordinal)
            {
                "Microsoft.DurableTask.TaskOrchestrationContext",
                "Microsoft.DurableTask.TaskOrchestrationContext.CallActivityAsync",
                "Microsoft.DurableTask.TaskOrchestrationContext.get_CurrentUtcDateTime",
                "Microsoft.DurableTask.RetryPolicy..ctor",
                "Microsoft.DurableTask.Client.DurableTaskClient.RaiseEventAsync",
                "Microsoft.Azure.Functions.Worker.HttpTriggerAttribute.set_Route",
            },
            found);
    }

    private static IEnumerable<string> Problems(RuntimeReference reference, ILookup<(string Namespace, string Name), ApiType> listing)
    {
        var name = reference.Type.Split('`')[0];
        var real = listing[(reference.Namespace, name)].SelectMany(static type => type.Header.Concat(type.Members)).ToHashSet(StringComparer.Ordinal);
        if (real.Count == 0)
        {
            return [$"{reference}: the real packages have no public type of this name"];
        }

        if (reference.Member is null or "<Clone>$")
        {
            return [];
        }

        var type = typeof(LocalFunctionsHost).Assembly.GetType($"{reference.Namespace}.{reference.Type}", throwOnError: true)!;
        var ours = ApiText.Describe(type).Members.Where(line => Declares(line, name, reference.Member)).ToList();
        return ours.Count == 0
            ? [$"{reference}: not public in the local runtime"]
            : ours.Where(line => !real.Contains(line)).Select(line => $"{reference}: the real packages have no '{line}'");
    }

    private static bool Declares(string line, string type, string member) => member switch
    {
        ".ctor" => line.Contains($" {type}(", StringComparison.Ordinal),
        "op_Implicit" => line.Contains(" implicit operator(", StringComparison.Ordinal),
        "op_Equality" => line.Contains(" operator ==(", StringComparison.Ordinal),
        "op_Inequality" => line.Contains(" operator !=(", StringComparison.Ordinal),
        _ when member.StartsWith("get_", StringComparison.Ordinal) || member.StartsWith("set_", StringComparison.Ordinal) => line.Contains($" {member[4..]} {{", StringComparison.Ordinal),
        _ => new[] { '(', '<', ';' }.Any(end => line.Contains($" {member}{end}", StringComparison.Ordinal)),
    };
}
