using System.Globalization;
using System.Numerics;
using System.Text;

namespace ComputeHorde.Emulator.Python;

/// <summary>
/// Reads JSON the way Python's <c>json.loads</c> does: key order kept, the last of two equal keys wins, integers of any
/// size, errors with Python's texts and positions. The facilitator answers with those texts, so no other parser will do.
/// </summary>
internal sealed class PyJsonParser
{
    private const int MaxDepth = 200;
    private readonly string _text;
    private int _at;

    private PyJsonParser(string text) => _text = text;

    /// <summary>Parses UTF-8 <paramref name="utf8"/>; throws <see cref="PyJsonException"/>.</summary>
    public static object? Parse(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return Parse(new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(utf8));
        }
        catch (DecoderFallbackException e)
        {
            throw new PyJsonException(
                $"'utf-8' codec can't decode byte 0x{e.BytesUnknown?[0]:x2} in position {e.Index}: invalid start byte",
                e
            );
        }
    }

    /// <summary>Parses <paramref name="text"/>; throws <see cref="PyJsonException"/>.</summary>
    public static object? Parse(string text)
    {
        if (text.StartsWith('\uFEFF'))
        {
            throw new PyJsonException("Unexpected UTF-8 BOM (decode using utf-8-sig): line 1 column 1 (char 0)");
        }

        var parser = new PyJsonParser(text);
        parser.SkipSpace();
        object? value = parser.Value(0);
        parser.SkipSpace();
        return parser._at == text.Length ? value : throw parser.Error("Extra data", parser._at);
    }

    private object? Value(int depth)
    {
        if (depth > MaxDepth)
        {
            throw Error("Nested too deeply", _at);
        }

        if (_at >= _text.Length)
        {
            throw Error("Expecting value", _at);
        }

        switch (_text[_at])
        {
            case '"':
                return Text();
            case '{':
                return Object(depth);
            case '[':
                return Array(depth);
            case 'n' when Literal("null"):
                return null;
            case 't' when Literal("true"):
                return true;
            case 'f' when Literal("false"):
                return false;
            case 'N' when Literal("NaN"):
                return double.NaN;
            case 'I' when Literal("Infinity"):
                return double.PositiveInfinity;
            case '-' when Literal("-Infinity"):
                return double.NegativeInfinity;
            default:
                return Number();
        }
    }

    private PyDict Object(int depth)
    {
        var result = new PyDict();
        _at++;
        SkipSpace();
        if (Take('}'))
        {
            return result;
        }

        while (true)
        {
            if (_at >= _text.Length || _text[_at] != '"')
            {
                throw Error("Expecting property name enclosed in double quotes", _at);
            }

            string key = Text();
            SkipSpace();
            if (!Take(':'))
            {
                throw Error("Expecting ':' delimiter", _at);
            }

            SkipSpace();
            result[key] = Value(depth + 1);
            SkipSpace();
            if (Take('}'))
            {
                return result;
            }

            if (!Take(','))
            {
                throw Error("Expecting ',' delimiter", _at);
            }

            SkipSpace();
        }
    }

    private PyList Array(int depth)
    {
        var result = new PyList();
        _at++;
        SkipSpace();
        if (Take(']'))
        {
            return result;
        }

        while (true)
        {
            result.Add(Value(depth + 1));
            SkipSpace();
            if (Take(']'))
            {
                return result;
            }

            if (!Take(','))
            {
                throw Error("Expecting ',' delimiter", _at);
            }

            SkipSpace();
        }
    }

    private string Text()
    {
        int start = _at++;
        int plain = _text.AsSpan(_at).IndexOfAny('"', '\\');
        if (plain >= 0 && _text[_at + plain] == '"' && !HasControl(_text.AsSpan(_at, plain)))
        {
            string simple = _text.Substring(_at, plain);
            _at += plain + 1;
            return simple;
        }

        var result = new StringBuilder();
        while (true)
        {
            if (_at >= _text.Length)
            {
                throw Error("Unterminated string starting at", start);
            }

            char c = _text[_at++];
            if (c == '"')
            {
                return result.ToString();
            }

            if (c < ' ')
            {
                throw Error("Invalid control character at", _at - 1);
            }

            result.Append(c == '\\' ? Escape(start) : c);
        }
    }

    private char Escape(int start)
    {
        if (_at >= _text.Length)
        {
            throw Error("Unterminated string starting at", start);
        }

        char c = _text[_at++];
        switch (c)
        {
            case '"' or '\\' or '/':
                return c;
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'u'
                when _at + 4 <= _text.Length
                    && ushort.TryParse(_text.AsSpan(_at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort code):
                _at += 4;
                return (char)code;
            case 'u':
                throw Error("Invalid \\uXXXX escape", _at - 1);
            default:
                throw Error("Invalid \\escape", _at - 2);
        }
    }

    private object Number()
    {
        int start = _at;
        int at = _at;
        if (at < _text.Length && _text[at] == '-')
        {
            at++;
        }

        int digits = at;
        at = Digits(at);
        if (at == digits)
        {
            throw Error("Expecting value", start);
        }

        if (_text[digits] == '0')
        {
            at = digits + 1;
        }

        bool real = false;
        if (at + 1 < _text.Length && _text[at] == '.' && char.IsAsciiDigit(_text[at + 1]))
        {
            at = Digits(at + 1);
            real = true;
        }

        if (at < _text.Length && _text[at] is 'e' or 'E')
        {
            int exponent = at + 1 < _text.Length && _text[at + 1] is '+' or '-' ? at + 2 : at + 1;
            int end = Digits(exponent);
            if (end > exponent)
            {
                at = end;
                real = true;
            }
        }

        ReadOnlySpan<char> number = _text.AsSpan(start, at - start);
        _at = at;
        return real
            ? double.Parse(number, CultureInfo.InvariantCulture)
            : BigInteger.Parse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
    }

    private int Digits(int at)
    {
        while (at < _text.Length && char.IsAsciiDigit(_text[at]))
        {
            at++;
        }

        return at;
    }

    private bool Literal(string literal)
    {
        if (!_text.AsSpan(_at).StartsWith(literal, StringComparison.Ordinal))
        {
            return false;
        }

        _at += literal.Length;
        return true;
    }

    private bool Take(char c)
    {
        if (_at >= _text.Length || _text[_at] != c)
        {
            return false;
        }

        _at++;
        return true;
    }

    private void SkipSpace()
    {
        while (_at < _text.Length && _text[_at] is ' ' or '\t' or '\n' or '\r')
        {
            _at++;
        }
    }

    private static bool HasControl(ReadOnlySpan<char> text) => text.ContainsAnyInRange('\0', '\u001F');

    private PyJsonException Error(string message, int at)
    {
        int line = _text.AsSpan(0, at).Count('\n') + 1;
        int column = at - _text.AsSpan(0, at).LastIndexOf('\n');
        return new PyJsonException($"{message}: line {line} column {column} (char {at})");
    }
}
