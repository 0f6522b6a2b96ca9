using System.Text;

namespace ComputeHorde.Durable.LocalRuntime.Tests.Api;

/// <summary>What compiles against this runtime must compile against the real packages: nothing public in a Microsoft namespace may be
/// there that they do not have with the same signature.</summary>
public sealed class ApiListingTests
{
    private static readonly Type[] OurTypes =
        [.. typeof(LocalFunctionsHost).Assembly.GetExportedTypes().Where(type => type.Namespace!.StartsWith("Microsoft.", StringComparison.Ordinal))];

    [Fact]
    public void PublicSurface_MicrosoftNamespaces_IsPartOfTheRealOne()
    {
        var real = ApiListing.Load();
        var differences = new StringBuilder();
        foreach (var ours in OurTypes.Select(ApiText.Describe))
        {
            var theirs = real[(ours.Namespace, ours.Name)].ToArray();
            if (theirs.Length == 0)
                differences.AppendLine($"{ours.Namespace}.{ours.Name} is not a public type there");

            var lines = theirs.SelectMany(type => type.Header.Concat(type.Members)).ToHashSet();
            foreach (var line in ours.Header.Concat(ours.Members).Where(line => theirs.Length > 0 && !lines.Contains(line)))
                differences.AppendLine($"{ours.Namespace}.{ours.Name}: {line}");
        }

        Assert.True(differences.Length == 0, differences.ToString());
    }

    [Theory]
    [InlineData("Microsoft.DurableTask", "TaskOrchestrationContext", "public abstract Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null);")]
    [InlineData("Microsoft.DurableTask", "RetryPolicy", "public Func<TaskFailureDetails, bool> HandleFailure { init; }")]
    [InlineData("Microsoft.DurableTask", "RetryHandler", "public delegate bool RetryHandler(RetryContext retryContext);")]
    [InlineData("Microsoft.Azure.Functions.Worker", "AuthorizationLevel", "Admin = 4")]
    [InlineData("Microsoft.Azure.Functions.Worker", "QueueOutputAttribute", ": OutputBindingAttribute")]
    [InlineData("Microsoft.Azure.Functions.Worker.Extensions.Abstractions", "OutputBindingAttribute", "[AttributeUsage(AttributeTargets.Method, Property)] public abstract class OutputBindingAttribute")]
    public void Listing_KnownMember_IsRead(string space, string type, string member) =>
        Assert.Contains(member, ApiListing.Load()[(space, type)].SelectMany(found => found.Header.Concat(found.Members)));

    [Fact]
    public void Describe_TypeOfEveryShape_IsWrittenAsInTheListing() => Assert.Equivalent(
        new[]
        {
            "public abstract class ApiListingTests.Shape<T>",
            ": IAsyncDisposable",
            "protected Shape(T? value, string text = \"x\");",
            "public virtual IReadOnlyList<string?>? Names { get; protected set; }",
            "public const int Limit = 3;",
            "public abstract Task<TOut?> ConvertAsync<TOut>(Func<T, Task<TOut?>>? convert, int? limit = null, CancellationToken cancellation = default) where TOut : class, IDisposable;",
            "public static ApiListingTests.Shape<T>? implicit operator(string value);",
            "public ValueTask DisposeAsync();",
            "public override string ToString();",
        },
        ApiText.Describe(typeof(Shape<>)) is var shape ? shape.Header.Concat(shape.Members) : [],
        strict: true);

    /// <summary>A sample for the writer.</summary>
    public abstract class Shape<T> : IAsyncDisposable
    {
        public const int Limit = 3;

        protected Shape(T? value, string text = "x")
        {
        }

        public virtual IReadOnlyList<string?>? Names { get; protected set; }

        public static implicit operator Shape<T>?(string value) => null;

        public abstract Task<TOut?> ConvertAsync<TOut>(Func<T, Task<TOut?>>? convert, int? limit = null, CancellationToken cancellation = default)
            where TOut : class, IDisposable;

        public ValueTask DisposeAsync()
        {
            GC.SuppressFinalize(this);
            return default;
        }

        public override string ToString() => "shape";
    }
}
