using System.Buffers;

namespace ComputeHorde.Sdk;

/// <summary>Rules about texts that the facilitator's Python code imposes (protocol 14.2).</summary>
internal static class TextRules
{
    /// <summary>White space as Python's str.strip() sees it, which has U+001C..U+001F beyond .NET's Trim.</summary>
    private static readonly SearchValues<char> PythonWhiteSpace = SearchValues.Create(
        "\u0009\u000A\u000B\u000C\u000D\u001C\u001D\u001E\u001F\u0020\u0085\u00A0\u1680"
            + "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u2028\u2029\u202F\u205F\u3000"
    );

    /// <summary>True when the facilitator would trim the text, which breaks the signature.</summary>
    public static bool HasEdgeWhiteSpace(string text) =>
        text.Length > 0 && (PythonWhiteSpace.Contains(text[0]) || PythonWhiteSpace.Contains(text[^1]));

    /// <summary>Length as Python counts it: code points.</summary>
    public static int Length(string text)
    {
        var pairs = 0;
        for (var i = 1; i < text.Length; i++)
        {
            if (char.IsSurrogatePair(text[i - 1], text[i]))
            {
                pairs++;
            }
        }

        return text.Length - pairs;
    }

    /// <summary>True when a surrogate stands alone, which UTF-8 cannot carry.</summary>
    public static bool HasLoneSurrogate(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
            {
                continue;
            }

            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
            {
                return true;
            }

            i++;
        }

        return false;
    }
}
