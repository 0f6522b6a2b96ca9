using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace ComputeHorde.Durable.Azure.Tests.Functions;

/// <summary>A type of the local runtime that the compiled functions use, or a member of it.</summary>
/// <param name="Namespace">The type's namespace.</param>
/// <param name="Type">The type's name in metadata, for example <c>AsyncPageable`1</c>.</param>
/// <param name="Member">The member's name in metadata, for example <c>get_InstanceId</c>; null for the type itself.</param>
internal sealed record RuntimeReference(string Namespace, string Type, string? Member)
{
    private const string Runtime = "ComputeHorde.Durable.LocalRuntime";

    public override string ToString() => $"{Namespace}.{Type}{(Member is null ? "" : "." + Member)}";

    /// <summary>Everything that an assembly refers to in the local runtime: by its metadata, and by named arguments of attributes.</summary>
    public static IReadOnlyList<RuntimeReference> In(Assembly assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly.Location));
        var metadata = file.GetMetadataReader();
        var types = metadata.TypeReferences.Select(handle => OfType(metadata, handle));
        var members = metadata.MemberReferences.Select(metadata.GetMemberReference)
            .Select(member => TypeOf(metadata, member.Parent) is { } type ? type with { Member = metadata.GetString(member.Name) } : null);
        return [.. types.Concat(members).OfType<RuntimeReference>().Concat(InAttributes(assembly)).Distinct().OrderBy(static reference => reference.ToString(), StringComparer.Ordinal)];
    }

    private static RuntimeReference? TypeOf(MetadataReader metadata, EntityHandle parent)
    {
        if (parent.Kind == HandleKind.TypeReference)
        {
            return OfType(metadata, (TypeReferenceHandle)parent);
        }

        if (parent.Kind != HandleKind.TypeSpecification)
        {
            return null;
        }

        // A generic type with its arguments: GENERICINST, CLASS or VALUETYPE, the type, ... (ECMA-335 II.23.2.14)
        var signature = metadata.GetBlobReader(metadata.GetTypeSpecification((TypeSpecificationHandle)parent).Signature);
        if (signature.ReadSignatureTypeCode() != SignatureTypeCode.GenericTypeInstance)
        {
            return null;
        }

        _ = signature.ReadByte();
        var definition = signature.ReadTypeHandle();
        return definition.Kind == HandleKind.TypeReference ? OfType(metadata, (TypeReferenceHandle)definition) : null;
    }

    private static RuntimeReference? OfType(MetadataReader metadata, TypeReferenceHandle handle)
    {
        var type = metadata.GetTypeReference(handle);
        return type.ResolutionScope.Kind == HandleKind.AssemblyReference
            && metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope).Name) == Runtime
            ? new RuntimeReference(metadata.GetString(type.Namespace), metadata.GetString(type.Name), null)
            : null;
    }

    private static IEnumerable<RuntimeReference> InAttributes(Assembly assembly) =>
        from type in assembly.GetTypes()
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
        from attribute in method.GetCustomAttributesData().Concat(method.GetParameters().SelectMany(static parameter => parameter.GetCustomAttributesData()))
        where attribute.AttributeType.Assembly.GetName().Name == Runtime
        from argument in attribute.NamedArguments
        select new RuntimeReference(argument.MemberInfo.DeclaringType!.Namespace!, argument.MemberInfo.DeclaringType.Name, "set_" + argument.MemberName);
}
