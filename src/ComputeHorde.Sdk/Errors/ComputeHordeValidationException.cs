namespace ComputeHorde.Sdk;

/// <summary>
/// Input was refused, locally before anything was sent or by the facilitator with HTTP 400 and the fields that it does not take.
/// All violations are reported together.
/// </summary>
public sealed class ComputeHordeValidationException : ComputeHordeException
{
    /// <summary>Creates the error.</summary>
    /// <param name="problems">Every violation found; at least one.</param>
    public ComputeHordeValidationException(IReadOnlyList<ValidationProblem> problems)
        : base(Describe(problems)) => Problems = problems;

    /// <summary>Creates the error for one violation.</summary>
    /// <param name="field">The field, for instance <c>args[1]</c>.</param>
    /// <param name="message">The rule that was broken.</param>
    public ComputeHordeValidationException(string field, string message)
        : this([new ValidationProblem(field, message)]) { }

    /// <summary>Every violation found.</summary>
    public IReadOnlyList<ValidationProblem> Problems { get; }

    private static string Describe(IReadOnlyList<ValidationProblem> problems) =>
        problems.Count == 1 ? problems[0].ToString() : $"{problems.Count} problems: {string.Join("; ", problems)}";
}
