using System.Reflection;

namespace ComputeHorde.Durable.LocalRuntime.Tests.Api;

/// <summary>Writes types as C# does, with nullable annotations, which the compiler keeps as one flag per reference in the type.</summary>
internal sealed class TypeText
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(int)] = "int",
        [typeof(long)] = "long",
        [typeof(double)] = "double",
        [typeof(string)] = "string",
        [typeof(object)] = "object",
    };

    private readonly IReadOnlyList<byte> _flags;
    private int _position;

    private TypeText(IReadOnlyList<byte> flags) => _flags = flags;

    /// <param name="type">The type.</param>
    /// <param name="attributed">What carries the type's flags: a parameter, property, field or return parameter.</param>
    /// <param name="contexts">Where to look, in this order, for the flag that holds when there are none.</param>
    public static string Of(Type type, ICustomAttributeProvider? attributed = null, params MemberInfo?[] contexts)
    {
        var flags = attributed is null ? null : Flags(attributed, "NullableAttribute");
        foreach (var context in contexts)
            flags ??= context is null ? null : Flags(context, "NullableContextAttribute");
        return new TypeText(flags ?? [0]).Write(type);
    }

    public static string NameOf(Type type) => type.Name.Split('`')[0];

    /// <summary>With the names of the types it is in.</summary>
    public static string FullNameOf(Type type) => type.DeclaringType is { } outer ? $"{FullNameOf(outer)}.{NameOf(type)}" : NameOf(type);

    private static IReadOnlyList<byte>? Flags(ICustomAttributeProvider provider, string attribute)
    {
        var data = provider switch
        {
            ParameterInfo parameter => parameter.GetCustomAttributesData(),
            MemberInfo member => member.GetCustomAttributesData(),
            _ => [],
        };
        var value = data.FirstOrDefault(candidate => candidate.AttributeType.Name == attribute)?.ConstructorArguments[0].Value;
        return value switch
        {
            byte one => [one],
            IEnumerable<CustomAttributeTypedArgument> many => [.. many.Select(item => (byte)item.Value!)],
            _ => null,
        };
    }

    private string Write(Type type)
    {
        if (type.IsByRef)
            return Write(type.GetElementType()!);
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return Write(underlying) + "?";
        if (type.IsGenericParameter)
            return type.Name + Mark();
        if (type.IsArray)
        {
            var mark = Mark();
            return Write(type.GetElementType()!) + "[]" + mark;
        }

        var suffix = type.IsValueType ? "" : Mark();
        if (type.IsValueType && type.IsGenericType)
            _position++;
        var name = Keywords.TryGetValue(type, out var keyword) ? keyword : FullNameOf(type);
        return type.IsGenericType
            ? $"{name}<{string.Join(", ", type.GetGenericArguments().Select(Write))}>{suffix}"
            : name + suffix;
    }

    private string Mark() => _flags[_flags.Count == 1 ? 0 : _position++] == 2 ? "?" : "";
}
