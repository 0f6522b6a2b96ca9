using ComputeHorde.Storage.Local.Http;

namespace ComputeHorde.Storage.Local.Blobs;

/// <summary>Azure's rules for names: learn.microsoft.com, "Naming and referencing containers, blobs, and metadata".</summary>
internal static class Names
{
    private const int LongestBlob = 1024;

    public static void CheckContainer(string name)
    {
        if (name is "$root" or "$web" or "$logs")
        {
            return;
        }

        CheckQueue(name);
    }

    /// <exception cref="StorageError">3 to 63 small letters, digits and single hyphens; a letter or digit at both ends.</exception>
    public static void CheckQueue(string name)
    {
        if (name.Length is < 3 or > 63)
        {
            throw Errors.NameOutOfRange();
        }

        if (
            !name.All(static letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-')
            || name[0] == '-'
            || name[^1] == '-'
            || name.Contains("--", StringComparison.Ordinal)
        )
        {
            throw Errors.InvalidName();
        }
    }

    public static void CheckBlob(string name)
    {
        if (name.Length > LongestBlob)
        {
            throw Errors.NameOutOfRange();
        }

        // Our own keys have zeros in them; Azure takes no zero in an address either.
        if (name.Contains('\0'))
        {
            throw Errors.InvalidName();
        }
    }
}
