using System.Reflection;
using ComputeHorde.Durable.Hosting;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace ComputeHorde.Durable.Azure.Tests.Functions;

/// <summary>One function of the compiled assembly, as the Functions host will see it.</summary>
internal sealed record FunctionRow(
    string Name,
    string Trigger,
    string Binding,
    string Authorization,
    string Connection,
    string OtherBindings
)
{
    public override string ToString() => $"| `{Name}` | {Trigger} | {Binding} | {Authorization} | {Connection} | {OtherBindings} |";
}

/// <summary>
/// Reads the functions' metadata out of the compiled assembly: names, bindings, schedules, authorization levels, connections.
/// </summary>
internal static class FunctionsTable
{
    public static IReadOnlyList<FunctionRow> Rows { get; } =
    [
        .. typeof(DurableServices)
            .Assembly.GetTypes()
            .SelectMany(static type =>
                type.GetMethods(
                    BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly
                )
            )
            .Select(static method => (method, function: method.GetCustomAttribute<FunctionAttribute>()))
            .Where(static pair => pair.function is not null)
            .Select(static pair => Row(pair.function!.Name, pair.method))
            .OrderBy(static row => row.Trigger, StringComparer.Ordinal)
            .ThenBy(static row => row.Name, StringComparer.Ordinal),
    ];

    private static FunctionRow Row(string name, MethodInfo method)
    {
        var bindings = method
            .GetParameters()
            .Select(static parameter => (parameter, binding: parameter.GetCustomAttributes().OfType<BindingAttribute>().SingleOrDefault()))
            .Where(static pair => pair.binding is not null)
            .ToList();
        var (input, trigger) = bindings.Single(static pair => pair.binding is TriggerBindingAttribute);
        var others = bindings
            .Where(pair => pair.binding != trigger)
            .Select(static pair => pair.binding!)
            .Concat(method.GetCustomAttributes().OfType<BindingAttribute>())
            .Select(static binding => binding.GetType().Name.Replace("Attribute", string.Empty, StringComparison.Ordinal));
        return Describe(name, trigger!, $"`{Short(input.ParameterType)}` → `{Short(Returned(method.ReturnType))}`") with
        {
            OtherBindings = string.Join(", ", others),
        };
    }

    private static FunctionRow Describe(string name, BindingAttribute trigger, string signature) =>
        trigger switch
        {
            HttpTriggerAttribute http => new(
                name,
                "http",
                $"{string.Join(' ', http.Methods ?? []).ToUpperInvariant()} `/api/{http.Route ?? name}`",
                http.AuthLevel.ToString(),
                "",
                ""
            ),
            QueueTriggerAttribute queue => new(name, "queue", $"`{queue.QueueName}`", "", queue.Connection ?? "AzureWebJobsStorage", ""),
            BlobTriggerAttribute blob => new(
                name,
                "blob",
                $"`{blob.BlobPath}` by {blob.Source}",
                "",
                blob.Connection ?? "AzureWebJobsStorage",
                ""
            ),
            TimerTriggerAttribute timer => new(name, "timer", $"`{timer.Schedule}`{(timer.RunOnStartup ? ", at start" : "")}", "", "", ""),
            OrchestrationTriggerAttribute => new(name, "orchestration", "", "", "", ""),
            ActivityTriggerAttribute => new(name, "activity", signature, "", "", ""),
            _ => throw new NotSupportedException(
                $"Function {name} has a trigger that this table does not describe: {trigger.GetType().Name}."
            ),
        };

    private static Type Returned(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Task<>) ? type.GetGenericArguments()[0]
        : type == typeof(Task) ? typeof(void)
        : type;

    private static string Short(Type type) =>
        type == typeof(void) ? "void"
        : type == typeof(string) ? "string"
        : type.Name;
}
