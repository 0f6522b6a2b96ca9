namespace ComputeHorde.Storage.Local.Stores;

/// <summary>
/// Orders texts as their UTF-8 bytes are ordered, which is how SQLite and Azure list names: by code point, not by UTF-16 unit.
/// </summary>
internal static class Utf8Order
{
    public static int Compare(string left, string right)
    {
        var shorter = Math.Min(left.Length, right.Length);
        var at = left.AsSpan(0, shorter).CommonPrefixLength(right);
        return at == shorter ? left.Length.CompareTo(right.Length) : Rank(left[at]).CompareTo(Rank(right[at]));
    }

    /// <summary>Surrogates stand for code points above all others.</summary>
    private static int Rank(char unit) => char.IsSurrogate(unit) ? unit + 0x10000 : unit;
}
