using System.Globalization;

namespace ComputeHorde.Durable.Hosting;

/// <summary>
/// Reads one value of a setting: the same forms for every type and source, and nothing that could be meant otherwise. The configuration
/// binder takes <c>0x10</c> for a number and <c>30</c> for thirty days, and passes over what it cannot read inside of dictionaries.
/// </summary>
internal static class SettingValue
{
    private delegate string? Reader(string text);

    private static readonly Dictionary<Type, (string Rule, Reader Read)> Types = new()
    {
        [typeof(string)] = ("a text", static text => text),
        [typeof(int)] = ("a whole number", static text => Whole(text, int.MinValue, int.MaxValue)),
        [typeof(long)] = ("a whole number", static text => Whole(text, long.MinValue, long.MaxValue)),
        [typeof(double)] = ("a number", Number),
        [typeof(bool)] = ("true or false", static text => bool.TryParse(text, out var flag) ? flag.ToString() : null),
        [typeof(TimeSpan)] = ("a time span, hh:mm:ss", Span),
        [typeof(Uri)] = ("a URL", static text => Uri.TryCreate(text, UriKind.Absolute, out _) ? text : null),
    };

    /// <summary>Whether a type has one value, and no parts.</summary>
    public static bool IsSingle(Type type) => Types.ContainsKey(Plain(type));

    /// <summary>What a value of a type has to be, after "must be".</summary>
    public static string Rule(Type type) => Types[Plain(type)].Rule;

    /// <summary>Whether an empty value of a type means that nothing is set.</summary>
    public static bool MayBeEmpty(Type type) => Nullable.GetUnderlyingType(type) is not null || type == typeof(Uri);

    /// <summary>The value in the one form that the binder reads; null when it is none.</summary>
    public static string? Read(Type type, string text) => Types[Plain(type)].Read(text);

    private static Type Plain(Type type) => Nullable.GetUnderlyingType(type) ?? type;

    /// <summary>3, 3.0 and 3e0 are one number; what is next to zero is none.</summary>
    private static string? Whole(string text, decimal least, decimal most) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        && double.IsInteger(number)
        && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact)
        && decimal.IsInteger(exact)
        && exact >= least
        && exact <= most
            ? exact.ToString("0", CultureInfo.InvariantCulture)
            : null;

    private static string? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number.ToString("R", CultureInfo.InvariantCulture)
            : null;

    /// <summary>A number alone would be days.</summary>
    private static string? Span(string text) =>
        text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var span)
            ? span.ToString("c", CultureInfo.InvariantCulture)
            : null;
}
