using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace ComputeHorde.Functions.Local.Model;

/// <summary>Finds the functions of assemblies and checks how they are declared.</summary>
internal static partial class FunctionDiscovery
{
    private const BindingFlags EveryMethod =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    public static IReadOnlyList<FunctionDescriptor> Find(IEnumerable<Assembly> assemblies)
    {
        var functions = assemblies
            .Distinct()
            .SelectMany(assembly => assembly.GetTypes())
            .SelectMany(type => type.GetMethods(EveryMethod))
            .Where(method => method.IsDefined(typeof(FunctionAttribute), inherit: false))
            .Select(Describe)
            .OrderBy(function => function.Name, StringComparer.OrdinalIgnoreCase)
            .ToArray();

        for (var i = 1; i < functions.Length; i++)
        {
            if (functions[i].Name.Equals(functions[i - 1].Name, StringComparison.OrdinalIgnoreCase))
            {
                throw new LocalFunctionsException(
                    $"Two functions are named '{functions[i].Name}': {functions[i - 1].EntryPoint} and {functions[i].EntryPoint}: rename one of them."
                );
            }
        }

        return functions;
    }

    private static FunctionDescriptor Describe(MethodInfo method)
    {
        var name = method.GetCustomAttribute<FunctionAttribute>()!.Name;
        var place = $"Function '{name}' ({method.DeclaringType!.FullName}.{method.Name})";
        if (!ValidName().IsMatch(name))
        {
            throw new LocalFunctionsException($"{place}: a name is a letter and up to 127 letters, digits, '-' or '_'.");
        }

        if (!method.IsPublic || method.IsGenericMethodDefinition || method.DeclaringType.ContainsGenericParameters)
        {
            throw new LocalFunctionsException($"{place}: a function must be a public method without type parameters.");
        }

        if (method.ReturnType == typeof(void) && method.IsDefined(typeof(AsyncStateMachineAttribute), inherit: false))
        {
            throw new LocalFunctionsException($"{place}: an async function must return a task, not void.");
        }

        if (!method.IsStatic && method.DeclaringType.IsAbstract)
        {
            throw new LocalFunctionsException($"{place}: its class is abstract.");
        }

        var inputs = method
            .GetParameters()
            .SelectMany(parameter =>
                parameter
                    .GetCustomAttributes<BindingAttribute>()
                    .Select(attribute => BindingDescriptors.Describe(attribute, parameter.Name!, place))
            )
            .ToArray();
        if (inputs.Count(IsTrigger) != 1)
        {
            throw new LocalFunctionsException($"{place}: a function has exactly one trigger, but this one has {inputs.Count(IsTrigger)}.");
        }

        var outputs = Outputs(method, place).ToArray();
        if (outputs.GroupBy(output => output.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new LocalFunctionsException(
                $"{place}: '{twice.Key}' has {twice.Count()} output attributes: return an object with a property for each of them."
            );
        }

        return new FunctionDescriptor(
            name,
            method,
            inputs.Single(IsTrigger),
            [.. inputs.Where(binding => !IsTrigger(binding)), .. outputs]
        );
    }

    private static IEnumerable<BindingDescriptor> Outputs(MethodInfo method, string place)
    {
        foreach (var attribute in method.GetCustomAttributes<OutputBindingAttribute>())
        {
            yield return BindingDescriptors.Describe(attribute, "$return", place);
        }

        foreach (var property in Awaited(method.ReturnType).GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            foreach (var attribute in property.GetCustomAttributes<OutputBindingAttribute>())
            {
                yield return BindingDescriptors.Describe(attribute, property.Name, place);
            }
        }
    }

    /// <summary>What is left of a return type when it has been awaited.</summary>
    private static Type Awaited(Type type) =>
        type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Task<>) || type.GetGenericTypeDefinition() == typeof(ValueTask<>))
            ? type.GetGenericArguments()[0]
            : type;

    private static bool IsTrigger(BindingDescriptor binding) => binding.Attribute is TriggerBindingAttribute;

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_-]{0,127}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ValidName();
}
