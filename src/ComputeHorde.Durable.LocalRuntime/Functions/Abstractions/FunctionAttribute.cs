namespace Microsoft.Azure.Functions.Worker;

/// <summary>Marks a method as a function.</summary>
[AttributeUsage(AttributeTargets.Method)]
public class FunctionAttribute : Attribute
{
    /// <summary>Creates the attribute.</summary>
    /// <param name="name">The function's name, unique in the application.</param>
    public FunctionAttribute(string name) => Name = name;

    /// <summary>The function's name, unique in the application, whatever the case of its letters.</summary>
    public string Name { get; }
}
