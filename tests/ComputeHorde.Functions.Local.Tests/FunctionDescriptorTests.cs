using System.Reflection;
using System.Reflection.Emit;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace ComputeHorde.Functions.Local.Tests;

public sealed class FunctionDescriptorTests
{
    private static readonly IReadOnlyList<FunctionDescriptor> All = FunctionDescriptor.DiscoverIn(Assembly.GetExecutingAssembly());

    [Theory]
    [InlineData("HttpAction", "httpTrigger", "authLevel=anonymous methods=GET,POST route=action/{id:int}")]
    [InlineData("QueueMessage", "queueTrigger", "connection=TestStorage queueName=%TestQueue%")]
    [InlineData("BlobStream", "blobTrigger", "path=%TestContainer%/{folder}/{name} source=EventGrid")]
    [InlineData("TimerOnStartup", "timerTrigger", "runOnStartup=true schedule=0 0 0 1 1 *")]
    public void DiscoverIn_Function_TellsItsTrigger(string name, string type, string properties)
    {
        var function = All.Single(candidate => candidate.Name == name);

        Assert.Equal(type, function.Trigger.Type);
        Assert.Equal(
            properties,
            string.Join(' ', function.Trigger.Properties.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key}={pair.Value}"))
        );
        Assert.StartsWith("ComputeHorde.Functions.Local.Tests.", function.EntryPoint, StringComparison.Ordinal);
    }

    [Fact]
    public void DiscoverIn_Outputs_AreBindings()
    {
        var binding = Assert.Single(All.Single(candidate => candidate.Name == "QueueForward").Bindings);

        Assert.Equal(
            ("queue", "$return", true, "%TestOutputQueue%"),
            (binding.Type, binding.Name, binding.IsOutput, binding.Properties["queueName"])
        );
    }

    [Fact]
    public void DiscoverIn_NamesInOrder() =>
        Assert.Equal(All.Select(function => function.Name).Order(StringComparer.OrdinalIgnoreCase), All.Select(function => function.Name));

    [Theory]
    [InlineData("Same", "same", "Two functions are named 'same'")]
    [InlineData("Fine", "1st", "Function '1st' (Functions.B): a name is a letter")]
    public void DiscoverIn_NameNotUsable_IsRefused(string first, string second, string expected) =>
        Assert.Contains(
            expected,
            Assert.Throws<LocalFunctionsException>(() => FunctionDescriptor.DiscoverIn(Build(first, second, withTrigger: true))).Message,
            StringComparison.OrdinalIgnoreCase
        );

    [Fact]
    public void DiscoverIn_NoTrigger_IsRefused() =>
        Assert.Contains(
            "Function 'A' (Functions.A): a function has exactly one trigger, but this one has 0",
            Assert.Throws<LocalFunctionsException>(() => FunctionDescriptor.DiscoverIn(Build("A", "B", withTrigger: false))).Message,
            StringComparison.Ordinal
        );

    /// <summary>An assembly with two functions, methods A and B, which this one could not hold beside its own.</summary>
    private static AssemblyBuilder Build(string first, string second, bool withTrigger)
    {
        var assembly = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("Wrong"), AssemblyBuilderAccess.Run);
        var type = assembly.DefineDynamicModule("Wrong").DefineType("Functions", TypeAttributes.Public | TypeAttributes.Class);
        foreach (var (method, name) in new[] { ("A", first), ("B", second) })
        {
            var builder = type.DefineMethod(method, MethodAttributes.Public | MethodAttributes.Static, typeof(void), [typeof(HttpRequest)]);
            builder.SetCustomAttribute(new CustomAttributeBuilder(typeof(FunctionAttribute).GetConstructor([typeof(string)])!, [name]));
            if (withTrigger)
            {
                builder
                    .DefineParameter(1, ParameterAttributes.None, "request")
                    .SetCustomAttribute(new CustomAttributeBuilder(typeof(HttpTriggerAttribute).GetConstructor([])!, []));
            }

            builder.GetILGenerator().Emit(OpCodes.Ret);
        }

        type.CreateType();
        return assembly;
    }
}
