using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.Intake;

/// <summary>Checks the limits that a request brings.</summary>
internal static class RequestLimits
{
    public static IEnumerable<ValidationProblem> Validate(NamespaceLimits? limits)
    {
        var faults = new List<ValidationResult>();
        if (limits is not null)
        {
            Validator.TryValidateObject(limits, new ValidationContext(limits), faults, validateAllProperties: true);
        }

        return faults.Select(static fault => new ValidationProblem(
            $"limits.{JsonNamingPolicy.SnakeCaseLower.ConvertName(fault.MemberNames.First())}",
            Rule(fault.ErrorMessage!)
        ));
    }

    /// <summary>"The field X must be ..." without the field, which the problem names by itself.</summary>
    private static string Rule(string message) =>
        message.IndexOf("must be", StringComparison.Ordinal) is >= 0 and var rule ? message[rule..] : message;
}
