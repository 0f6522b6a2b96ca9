using System.Security.Cryptography;
using System.Text;

namespace ComputeHorde.Fallback;

/// <summary>
/// Names of jobs and their machines: <c>ch-{deployment}-{hash of the tag}</c> and, of a machine, <c>-{deadline}</c>. Under 32 characters,
/// small letters and digits: what the pickiest provider takes.
/// </summary>
internal static class JobId
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    private const int DeploymentLength = 6,
        HashLength = 13;

    public static string Deployment(Uri container) => Hash(container.AbsoluteUri, DeploymentLength);

    public static string Prefix(string deployment) => $"ch-{deployment}-";

    public static string Of(string deployment, string tag) => Prefix(deployment) + Hash(tag, HashLength);

    /// <summary>A moment in base 36, to the second.</summary>
    public static string Encode(DateTimeOffset moment)
    {
        const string Digits = "0123456789abcdefghijklmnopqrstuvwxyz";
        var text = "";
        for (var left = moment.ToUnixTimeSeconds(); left > 0; left /= 36)
        {
            text = Digits[(int)(left % 36)] + text;
        }

        return text;
    }

    /// <summary>The deadline in a machine's name; null when it has none that can be read.</summary>
    public static DateTimeOffset? DeadlineOf(string machine)
    {
        var seconds = 0L;
        foreach (var character in machine[(machine.LastIndexOf('-') + 1)..])
        {
            var digit =
                char.IsAsciiDigit(character) ? character - '0'
                : char.IsAsciiLetterLower(character) ? character - 'a' + 10
                : -1;
            if (digit < 0 || seconds > 10_000_000_000)
            {
                return null;
            }

            seconds = (seconds * 36) + digit;
        }

        return seconds is > 0 and < 253_402_300_799 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
    }

    private static string Hash(string text, int length)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(text));
        return string.Concat(hash.Take(length).Select(static part => Alphabet[part & 31]));
    }
}
