using System.Collections.Immutable;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace ComputeHorde.Functions.Local.Invocation;

internal sealed class LocalFunctionDefinition(FunctionDescriptor function) : FunctionDefinition
{
    /// <summary>Where the worker keeps a parameter's attribute, which middleware looks for.</summary>
    private const string AttributeKey = "bindingAttribute";

    public override ImmutableArray<FunctionParameter> Parameters { get; } = [.. function.Method.GetParameters().Select(Describe)];

    public override string PathToAssembly => function.Method.Module.FullyQualifiedName;

    public override string EntryPoint => function.EntryPoint;

    public override string Id => function.Name;

    public override string Name => function.Name;

    public override IImmutableDictionary<string, BindingMetadata> InputBindings { get; } =
        Metadata(function.Bindings.Where(binding => !binding.IsOutput).Prepend(function.Trigger));

    public override IImmutableDictionary<string, BindingMetadata> OutputBindings { get; } =
        Metadata(function.Bindings.Where(binding => binding.IsOutput));

    private static ImmutableDictionary<string, BindingMetadata> Metadata(IEnumerable<BindingDescriptor> bindings) =>
        bindings.ToImmutableDictionary(binding => binding.Name, BindingMetadata (binding) => new LocalBindingMetadata(binding));

    private static FunctionParameter Describe(ParameterInfo parameter) =>
        new(
            parameter.Name!,
            parameter.ParameterType,
            parameter.HasDefaultValue,
            parameter.HasDefaultValue ? parameter.DefaultValue : null,
            parameter.GetCustomAttribute<BindingAttribute>() is { } attribute
                ? ImmutableDictionary<string, object>.Empty.Add(AttributeKey, attribute)
                : ImmutableDictionary<string, object>.Empty
        );
}
