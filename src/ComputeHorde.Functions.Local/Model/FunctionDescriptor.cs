using System.Reflection;
using ComputeHorde.Functions.Local.Model;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace ComputeHorde.Functions.Local;

/// <summary>A function: a method, what starts it, and what it is bound to.</summary>
/// <param name="Name">The name, unique whatever the case of its letters.</param>
/// <param name="Method">The method.</param>
/// <param name="Trigger">What starts it.</param>
/// <param name="Bindings">Further inputs and outputs.</param>
public sealed record FunctionDescriptor(
    string Name,
    MethodInfo Method,
    BindingDescriptor Trigger,
    IReadOnlyList<BindingDescriptor> Bindings
)
{
    /// <summary>The method with its type's full name.</summary>
    public string EntryPoint => $"{Method.DeclaringType!.FullName}.{Method.Name}";

    /// <summary>Finds the functions of assemblies: public methods with <c>[Function]</c>, ordered by name.</summary>
    /// <param name="assemblies">The assemblies.</param>
    /// <returns>The functions.</returns>
    /// <exception cref="LocalFunctionsException">A function is declared wrongly; the message names it.</exception>
    public static IReadOnlyList<FunctionDescriptor> DiscoverIn(params IEnumerable<Assembly> assemblies) =>
        FunctionDiscovery.Find(assemblies);
}

/// <summary>What a parameter or a result of a function is bound to.</summary>
/// <param name="Type">The binding's type as in function.json, for example <c>httpTrigger</c>, <c>queue</c>, <c>durableClient</c>.</param>
/// <param name="Name">The parameter's or property's name; <c>$return</c> for the return value.</param>
/// <param name="IsOutput">Whether it is an output.</param>
/// <param name="Properties">The attribute's values, as in function.json: <c>route</c>, <c>queueName</c>, <c>path</c>, <c>schedule</c>
/// ...</param>
/// <param name="Attribute">The attribute.</param>
public sealed record BindingDescriptor(
    string Type,
    string Name,
    bool IsOutput,
    IReadOnlyDictionary<string, string> Properties,
    BindingAttribute Attribute
);
