using System.Text;

namespace ComputeHorde.Sdk;

/// <summary>
/// Turns what stands between the quotes of a JSON text into the text's UTF-8, piece by piece. What is not valid Unicode becomes U+FFFD.
/// </summary>
internal sealed class JsonTextDecoder
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly Encoder _encoder = Encoding.UTF8.GetEncoder();
    private char[] _chars = [];
    private byte[] _bytes = [];

    /// <summary>How much of an escape there was: 0 outside of one, 1 after the backslash, 2 to 5 before a digit of <c>\u</c>.</summary>
    private int _escape;
    private int _unit;

    /// <param name="raw">The next bytes between the quotes.</param>
    /// <param name="isEnd">True when nothing follows.</param>
    /// <returns>Their text; good until the next call.</returns>
    public ReadOnlySpan<byte> Decode(ReadOnlySpan<byte> raw, bool isEnd)
    {
        if (_chars.Length <= raw.Length)
        {
            _chars = new char[raw.Length + 1];
            _bytes = new byte[Encoding.UTF8.GetMaxByteCount(_chars.Length)];
        }

        var read = _decoder.GetChars(raw, _chars, flush: isEnd);
        var length = Unescape(_chars.AsSpan(0, read));
        _escape = isEnd ? 0 : _escape;
        return _bytes.AsSpan(0, _encoder.GetBytes(_chars.AsSpan(0, length), _bytes, flush: isEnd));
    }

    /// <summary>In place: no escape stands for more characters than it has.</summary>
    private int Unescape(Span<char> text)
    {
        var length = 0;
        foreach (var character in text)
        {
            if (_escape == 0 && character != '\\')
            {
                text[length++] = character;
            }
            else if (_escape == 0 || (_escape == 1 && character == 'u'))
            {
                _escape++;
                _unit = 0;
            }
            else if (_escape == 1 || !char.IsAsciiHexDigit(character))
            {
                text[length++] = _escape == 1 ? Meaning(character) : '\uFFFD';
                _escape = 0;
            }
            else
            {
                _unit = (_unit * 16) + (character <= '9' ? character - '0' : (character | ' ') - 'a' + 10);
                if (++_escape == 6)
                {
                    text[length++] = (char)_unit;
                    _escape = 0;
                }
            }
        }

        return length;
    }

    private static char Meaning(char escape) =>
        escape switch
        {
            'b' => '\b',
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            _ => escape,
        };
}
