using System.Numerics;
using ComputeHorde.Emulator.Python;

namespace ComputeHorde.Emulator.Facilitator;

/// <summary>What the original cannot do with details of a cheat report (protocol 16): either way it answers 500.</summary>
/// <param name="IsStored">False when the database refuses them, at every try; true when they are stored, and the message to the validator
/// cannot be made.</param>
/// <param name="Message">Why.</param>
internal sealed record CheatDetails(bool IsStored, string Message)
{
    /// <summary>The first fault of the details; null when there is none.</summary>
    public static CheatDetails? Fault(object? details) =>
        Any(details, static value => value is string text && (text.Contains('\0', StringComparison.Ordinal) || HasLoneSurrogate(text)))
            ? new(false, "The details hold a NUL or a lone surrogate, which the database refuses.")
        : Any(details, static value => value is double number && !double.IsFinite(number))
            ? new(false, "The details hold a number that is not finite, which the database refuses.")
        : Any(details, static value => value is BigInteger number && (number < long.MinValue || number > ulong.MaxValue))
            ? new(true, "The details hold an integer over 64 bits, which the message to the validator cannot carry.")
        : null;

    private static bool Any(object? value, Func<object?, bool> holds) =>
        value switch
        {
            PyList list => list.Exists(item => Any(item, holds)),
            PyDict map => map.Any(member => holds(member.Key) || Any(member.Value, holds)),
            _ => holds(value),
        };

    private static bool HasLoneSurrogate(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[++i])))
            {
                return true;
            }
        }

        return false;
    }
}
