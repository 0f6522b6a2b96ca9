using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.Checks.Comparers;

/// <summary>Finds comparers by the names that requests use.</summary>
internal sealed class ComparerRegistry
{
    /// <summary>What the names of an application's own comparers begin with.</summary>
    public const string CustomPrefix = "custom:";

    private static readonly IResultComparer[] Own =
    [
        new Sha256Comparer(),
        new StdoutComparer(),
        new JsonToleranceComparer(),
        new NumericToleranceComparer(),
    ];

    private readonly Dictionary<string, IResultComparer> _byName = new(StringComparer.Ordinal);

    /// <summary>Collects the built-in comparers and those of the application.</summary>
    /// <param name="custom">The application's comparers, as registered in its services.</param>
    public ComparerRegistry(IEnumerable<IResultComparer> custom)
    {
        foreach (var comparer in Own)
        {
            _byName.Add(comparer.Name, comparer);
        }

        foreach (var comparer in custom)
        {
            _byName.Add(CustomPrefix + comparer.Name, comparer);
        }
    }

    public static IReadOnlyList<string> BuiltIn { get; } = [.. Own.Select(static comparer => comparer.Name)];

    /// <summary>Gives a comparer.</summary>
    /// <returns>The comparer; null when there is none of this name.</returns>
    public IResultComparer? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>
    /// Why nothing can be compared by this name any more, though it could when its request was accepted; null when it can.
    /// </summary>
    public string? ObstacleOf(string name) => Find(name) is null ? $"this host has no comparer called '{name}'" : null;

    /// <summary>Refuses a policy whose comparer this host does not have, before anything is paid for.</summary>
    /// <param name="policy">The policy of a request; null passes.</param>
    /// <exception cref="ComputeHordeValidationException">There is no comparer of that name.</exception>
    public void RequireRegistered(CheckPolicy? policy)
    {
        if (policy is not null && Find(policy.Comparer) is null)
        {
            throw new ComputeHordeValidationException(
                "cross_validation.comparer",
                $"must be one of {string.Join(", ", _byName.Keys.Order(StringComparer.Ordinal))}."
            );
        }
    }

    internal static bool IsName(string? name) =>
        name is not null
        && (BuiltIn.Contains(name) || (name.Length is > 7 and <= 100 && name.StartsWith(CustomPrefix, StringComparison.Ordinal)));
}
