using System.Reflection;

namespace ComputeHorde.Sdk.Tests.Models;

/// <summary>The public API as it was last agreed. To change it on purpose, run the tests with COMPUTEHORDE_UPDATE_API=1 and review the difference.</summary>
public sealed class PublicApiTests
{
    [Fact]
    public void PublicApi_ComparedWithSnapshot_HasNotChanged()
    {
        var current = string.Join('\n', typeof(ComputeHordeClient).Assembly.GetExportedTypes().OrderBy(Name, StringComparer.Ordinal).SelectMany(Describe)) + "\n";
        var path = Path.Combine(AppContext.BaseDirectory, "PublicApi.txt");
        if (Environment.GetEnvironmentVariable("COMPUTEHORDE_UPDATE_API") == "1")
        {
            File.WriteAllText(Path.Combine(Source(), "PublicApi.txt"), current);
            return;
        }

        var agreed = File.ReadAllText(path).ReplaceLineEndings("\n");
        var added = current.Split('\n').Except(agreed.Split('\n'));
        var removed = agreed.Split('\n').Except(current.Split('\n'));
        Assert.True(current == agreed, $"The public API has changed.\nAdded:\n{string.Join('\n', added)}\nRemoved:\n{string.Join('\n', removed)}");
    }

    private static string Source([System.Runtime.CompilerServices.CallerFilePath] string file = "") => Path.GetDirectoryName(Path.GetDirectoryName(file))!;

    private static IEnumerable<string> Describe(Type type)
    {
        var kind = type.IsEnum ? "enum" : type.IsValueType ? "struct" : type.IsInterface ? "interface"
            : type.IsAbstract && type.IsSealed ? "static class" : type.IsAbstract ? "abstract class" : type.IsSealed ? "sealed class" : "class";
        yield return $"{kind} {Name(type)}{(type.BaseType is { } parent && parent != typeof(object) && !type.IsValueType ? $" : {Name(parent)}" : "")}";
        const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        foreach (var line in type.GetMembers(Declared).Select(Line).OfType<string>().Order(StringComparer.Ordinal))
            yield return "    " + line;
    }

    private static string? Line(MemberInfo member) => member switch
    {
        // What the compiler adds to every record says nothing.
        _ when member.IsDefined(typeof(System.Runtime.CompilerServices.CompilerGeneratedAttribute)) && member is not PropertyInfo => null,
        PropertyInfo { Name: "EqualityContract" } => null,
        MethodInfo { IsSpecialName: true, Name: not "op_Implicit" } => null,
        MethodInfo method when IsVisible(method) && !method.Name.Contains('<') => $"{Static(method)}{Name(method.ReturnType)} {method.Name}({Parameters(method)})",
        ConstructorInfo constructor when IsVisible(constructor) && !constructor.IsStatic => $"new({Parameters(constructor)})",
        PropertyInfo property when property.GetMethod is { } getter && IsVisible(getter) => $"{Static(getter)}{Name(property.PropertyType)} {property.Name} {{ get;{Setter(property)} }}",
        FieldInfo { IsPublic: true, IsSpecialName: false } field => $"{(field.IsLiteral ? "const " : "")}{Name(field.FieldType)} {field.Name}{(field.IsLiteral ? $" = {field.GetRawConstantValue()}" : "")}",
        _ => null,
    };

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily;

    private static string Static(MethodInfo method) => method.IsStatic ? "static " : "";

    private static string Setter(PropertyInfo property) => property.SetMethod is not { IsPublic: true } setter ? ""
        : setter.ReturnParameter.GetRequiredCustomModifiers().Any(modifier => modifier.Name == "IsExternalInit") ? " init;" : " set;";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
        $"{Name(parameter.ParameterType)} {parameter.Name}{(parameter.HasDefaultValue ? $" = {parameter.DefaultValue ?? (parameter.ParameterType.IsValueType ? "default" : "null")}" : "")}"));

    private static string Name(Type type)
    {
        if (type.IsByRef)
            return "ref " + Name(type.GetElementType()!);
        if (type.IsArray)
            return Name(type.GetElementType()!) + "[]";
        if (!type.IsGenericType)
            return type.IsGenericParameter ? type.Name : type.FullName!.Replace("System.", "", StringComparison.Ordinal).Replace("ComputeHorde.Sdk.", "", StringComparison.Ordinal);
        return $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>";
    }
}
