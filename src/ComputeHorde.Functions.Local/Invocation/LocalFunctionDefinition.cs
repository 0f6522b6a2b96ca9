using System.Collections.Immutable;
using Microsoft.Azure.Functions.Worker;

namespace ComputeHorde.Functions.Local.Invocation;

internal sealed class LocalFunctionDefinition(FunctionDescriptor function) : FunctionDefinition
{
    public override ImmutableArray<FunctionParameter> Parameters { get; } =
    [
        .. function.Method.GetParameters().Select(parameter => new FunctionParameter(
            parameter.Name!, parameter.ParameterType, parameter.HasDefaultValue, parameter.HasDefaultValue ? parameter.DefaultValue : null)),
    ];

    public override string PathToAssembly => function.Method.Module.FullyQualifiedName;

    public override string EntryPoint => function.EntryPoint;

    public override string Id => function.Name;

    public override string Name => function.Name;
}
