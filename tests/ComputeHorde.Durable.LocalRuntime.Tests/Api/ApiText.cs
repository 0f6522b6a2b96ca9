using System.Reflection;
using System.Runtime.CompilerServices;

namespace ComputeHorde.Durable.LocalRuntime.Tests.Api;

/// <summary>Writes the public and protected members of types as the checked-in listing does.</summary>
internal static class ApiText
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>Every record has these, written out or made by the compiler; the listing leaves them out.</summary>
    private static readonly string[] RecordMembers = ["ToString", "PrintMembers", "Equals", "GetHashCode"];

    public static ApiType Describe(Type type)
    {
        if (typeof(Delegate).IsAssignableFrom(type))
            return new ApiType(type.Namespace!, TypeText.FullNameOf(type), [Delegate(type)], []);
        if (type.IsEnum)
        {
            var values = Enum.GetNames(type).Select(name => $"{name} = {Convert.ToInt64(Enum.Parse(type, name))}");
            return new ApiType(type.Namespace!, TypeText.FullNameOf(type), Header(type), [.. values]);
        }

        return new ApiType(type.Namespace!, TypeText.FullNameOf(type), Header(type), [.. Members(type)]);
    }

    /// <summary>Attribute usage, kind, and base types; each must be found in the listing.</summary>
    private static string[] Header(Type type)
    {
        var kind = type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsValueType ? "struct" : IsRecord(type) ? "record" : "class";
        var modifiers = type switch
        {
            { IsAbstract: true, IsSealed: true } => "static ",
            { IsAbstract: true, IsInterface: false } => "abstract ",
            { IsSealed: true, IsValueType: false } => "sealed ",
            { IsValueType: true, IsEnum: false } when type.IsDefined(typeof(IsReadOnlyAttribute)) => "readonly ",
            _ => "",
        };
        var parameters = type.IsGenericType ? $"<{string.Join(", ", type.GetGenericArguments().Select(argument => argument.Name))}>" : "";
        return [Usage(type) + $"public {modifiers}{kind} {TypeText.FullNameOf(type)}{parameters}", .. Bases(type).Select(@base => ": " + @base)];
    }

    private static string Usage(Type type)
    {
        if (type.GetCustomAttributesData().FirstOrDefault(data => data.AttributeType == typeof(AttributeUsageAttribute)) is not { } usage)
            return "";

        var targets = ((AttributeTargets)(int)usage.ConstructorArguments[0].Value!).ToString();
        var named = usage.NamedArguments.Select(argument => $", {argument.MemberName}={argument.TypedValue.Value}");
        return $"[AttributeUsage(AttributeTargets.{targets}{string.Concat(named)})] ";
    }

    private static IEnumerable<string> Bases(Type type)
    {
        if (type.IsEnum)
            yield break;
        if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType))
            yield return TypeText.Of(parent);

        var inherited = type.BaseType?.GetInterfaces() ?? [];
        foreach (var own in type.GetInterfaces().Except(inherited))
        {
            if (IsRecord(type) && own.Name.StartsWith("IEquatable", StringComparison.Ordinal))
                continue;
            if (!type.GetInterfaces().Any(other => other != own && other.GetInterfaces().Contains(own)))
                yield return TypeText.Of(own);
        }
    }

    private static IEnumerable<string> Members(Type type)
    {
        foreach (var constructor in type.GetConstructors(Declared).Where(IsVisible))
            yield return $"{Access(constructor)}{TypeText.NameOf(type)}({Parameters(constructor)});";
        foreach (var property in type.GetProperties(Declared).Where(property => property.GetAccessors(true).Any(IsVisible) && property.Name != "EqualityContract"))
            yield return Property(property);
        foreach (var field in type.GetFields(Declared).Where(field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly))
            yield return Field(field);
        foreach (var method in type.GetMethods(Declared).Where(method => IsVisible(method) && (!method.IsSpecialName || IsOperator(method))))
        {
            if (!IsRecord(type) || !RecordMembers.Contains(method.Name))
                yield return Method(method);
        }
    }

    private static string Property(PropertyInfo property)
    {
        var accessor = property.GetAccessors(true).OrderByDescending(method => method.IsPublic).First(IsVisible);
        var getter = property.GetMethod is { } get && IsVisible(get) ? Restricted(get, accessor) + "get; " : "";
        var setter = property.SetMethod is { } set && IsVisible(set)
            ? Restricted(set, accessor) + (set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "init; " : "set; ")
            : "";
        var type = TypeText.Of(property.PropertyType, property, property.DeclaringType);
        return $"{Access(accessor)}{Inheritance(accessor)}{type} {property.Name} {{ {getter}{setter}}}";
    }

    private static string Restricted(MethodInfo method, MethodInfo widest) => method.IsPublic == widest.IsPublic ? "" : Access(method);

    private static string Field(FieldInfo field)
    {
        var modifiers = field.IsLiteral ? "const " : $"{(field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}";
        var value = field.IsLiteral ? " = " + Constant(field.GetRawConstantValue(), field.FieldType) : "";
        return $"{(field.IsPublic ? "public " : "protected ")}{modifiers}{TypeText.Of(field.FieldType, field, field.DeclaringType)} {field.Name}{value};";
    }

    private static string Method(MethodInfo method)
    {
        var result = TypeText.Of(method.ReturnType, method.ReturnParameter, method, method.DeclaringType);
        var prefix = Access(method) + Inheritance(method);
        if (IsOperator(method))
        {
            var symbol = method.Name switch
            {
                "op_Implicit" => "implicit operator",
                "op_Explicit" => "explicit operator",
                "op_Equality" => "operator ==",
                "op_Inequality" => "operator !=",
                _ => method.Name,
            };
            return $"{prefix}{result} {symbol}({Parameters(method)});";
        }

        return $"{prefix}{result} {method.Name}{Generics(method)}({Parameters(method)}){Constraints(method)};";
    }

    private static string Delegate(Type type)
    {
        var invoke = type.GetMethod("Invoke")!;
        return $"public delegate {TypeText.Of(invoke.ReturnType, invoke.ReturnParameter, invoke, type)} {TypeText.NameOf(type)}({Parameters(invoke)});";
    }

    private static string Generics(MethodInfo method) =>
        method.IsGenericMethodDefinition ? $"<{string.Join(", ", method.GetGenericArguments().Select(argument => argument.Name))}>" : "";

    private static string Constraints(MethodInfo method) => string.Concat(method.GetGenericArguments().Select(argument =>
    {
        var constraints = argument.GetGenericParameterConstraints().Select(constraint => TypeText.Of(constraint)).ToList();
        if (argument.GenericParameterAttributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
            constraints.Insert(0, "class");
        return constraints.Count == 0 ? "" : $" where {argument.Name} : {string.Join(", ", constraints)}";
    }));

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select((parameter, index) =>
    {
        var prefix = index == 0 && method.IsDefined(typeof(ExtensionAttribute)) ? "this "
            : parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params "
            : parameter.IsOut ? "out "
            : "";
        var value = parameter.HasDefaultValue ? " = " + Constant(parameter.RawDefaultValue, parameter.ParameterType) : "";
        return $"{prefix}{TypeText.Of(parameter.ParameterType, parameter, method, method.DeclaringType)} {parameter.Name}{value}";
    }));

    private static string Constant(object? value, Type type) => value switch
    {
        null => type.IsValueType && Nullable.GetUnderlyingType(type) is null ? "default" : "null",
        bool flag => flag ? "true" : "false",
        string text => $"\"{text}\"",
        _ => Convert.ToString(value)!,
    };

    private static string Access(MethodBase method) =>
        method.DeclaringType!.IsInterface ? "" : method.IsPublic ? "public " : "protected ";

    private static string Inheritance(MethodInfo method) => method switch
    {
        { DeclaringType.IsInterface: true } => "",
        { IsStatic: true } => "static ",
        { IsAbstract: true } => "abstract ",
        { IsVirtual: true } when method.GetBaseDefinition() != method => method.IsFinal ? "sealed override " : "override ",
        { IsVirtual: true, IsFinal: false } => "virtual ",
        _ => "",
    };

    private static bool IsVisible(MethodBase method) =>
        (method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly) && !method.IsDefined(typeof(CompilerGeneratedAttribute)) | IsAccessor(method);

    /// <summary>Accessors of automatic properties are made by the compiler and part of the surface all the same.</summary>
    private static bool IsAccessor(MethodBase method) =>
        method.IsSpecialName && (method.Name.StartsWith("get_", StringComparison.Ordinal) || method.Name.StartsWith("set_", StringComparison.Ordinal));

    private static bool IsOperator(MethodBase method) => method.Name.StartsWith("op_", StringComparison.Ordinal);

    private static bool IsRecord(Type type) => type.GetMethod("<Clone>$") is not null;
}

/// <summary>A type of the surface.</summary>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name without type parameters.</param>
/// <param name="Header">What it is, and then <c>: </c> and each base type.</param>
/// <param name="Members">Its members.</param>
internal sealed record ApiType(string Namespace, string Name, IReadOnlyList<string> Header, IReadOnlyList<string> Members);
