namespace ComputeHorde.Sdk;

/// <summary>One violated rule.</summary>
/// <param name="Field">The field in snake_case with its position, for instance <c>args[1]</c> or
/// <c>input_volumes["/volume/x"].url</c>.</param>
/// <param name="Message">The rule, and what to do. Never the value itself, which may be secret.</param>
public sealed record ValidationProblem(string Field, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Field}: {Message}";
}
