using System.Buffers;
using System.Text;

namespace ComputeHorde.Durable.Checks.Comparers;

/// <summary>
/// Reads a text as numbers and what stands between them, piece by piece in bounded memory. White space, commas, quotes, brackets, colons
/// and equals signs only separate: <c>{'loss': 0.5}</c>, <c>loss=0.5</c> and <c>loss 0.5</c> are the same two pieces.
/// </summary>
internal sealed class NumericTextReader(ContentHandle content, Stream stream) : IDisposable
{
    /// <summary>Longer words and numbers are read as several pieces.</summary>
    private const int LongestPiece = 4096;

    private static readonly SearchValues<char> Separators = SearchValues.Create(" \t\r\n\f\v\u0085\u00a0\u2028\u2029\ufeff,;:=[](){}'\"`|");

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly StreamReader _reader = new(stream, StrictUtf8, detectEncodingFromByteOrderMarks: true, bufferSize: LongestPiece);
    private readonly char[] _buffer = new char[8 * LongestPiece];
    private int _start,
        _end,
        _length;
    private bool _isAtEnd;

    /// <summary>The piece that was read last.</summary>
    public ReadOnlySpan<char> Piece => _buffer.AsSpan(_start - _length, _length);

    /// <summary>Whether it is a number: <see cref="Numbers.Parse"/> reads it.</summary>
    public bool IsNumber { get; private set; }

    /// <summary>Whether it is a part of a number that is too long to be read as one.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Goes on to the next piece.</summary>
    /// <returns>False at the end of the text.</returns>
    /// <exception cref="UnreadableContentException">It is not text.</exception>
    public ValueTask<bool> ReadAsync(CancellationToken cancellationToken) =>
        TryTake() ? ValueTask.FromResult(true) : FillAndTakeAsync(cancellationToken);

    public void Dispose() => _reader.Dispose();

    public UnreadableContentException Unreadable(string reason) => content.Unreadable(reason);

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        while (_end < _buffer.Length && !_isAtEnd)
        {
            var read = await DecodeAsync(_buffer.AsMemory(_end), cancellationToken);
            _isAtEnd = read == 0;
            _end += read;
        }
    }

    private async ValueTask<int> DecodeAsync(Memory<char> free, CancellationToken cancellationToken)
    {
        try
        {
            var read = await _reader.ReadAsync(free, cancellationToken);
            return free.Span[..read].Contains('\0') ? throw Unreadable("is not text: it holds a NUL character") : read;
        }
        catch (DecoderFallbackException exception)
        {
            throw Unreadable($"is not text in UTF-8: {exception.Message}");
        }
    }

    private async ValueTask<bool> FillAndTakeAsync(CancellationToken cancellationToken)
    {
        while (!_isAtEnd)
        {
            await FillAsync(cancellationToken);
            if (TryTake())
            {
                return true;
            }
        }

        _length = 0;
        return false;
    }

    /// <summary>Takes the next piece, if all of it is in the buffer.</summary>
    private bool TryTake()
    {
        var rest = _buffer.AsSpan(_start, _end - _start);
        var separators = rest.IndexOfAnyExcept(Separators);
        _start += separators < 0 ? rest.Length : separators;
        IsCut &= separators == 0;
        rest = _buffer.AsSpan(_start, _end - _start);
        if (rest.IsEmpty || (rest.Length < LongestPiece && !_isAtEnd))
        {
            return false;
        }

        rest = rest[..Math.Min(rest.Length, LongestPiece)];
        var number = NumberLength(rest);
        IsNumber = number > 0;
        _length = IsNumber ? number : WordLength(rest);
        IsCut |= IsNumber && _length == LongestPiece;
        _start += _length;
        return true;
    }

    private static int WordLength(ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && IsLetter(text[length]))
        {
            length++;
        }

        return Math.Max(length, 1);
    }

    /// <returns>How many characters the number has that <paramref name="text"/> begins with; 0 when it begins with none.</returns>
    private static int NumberLength(ReadOnlySpan<char> text)
    {
        var sign = text[0] is '-' or '+' ? 1 : 0;
        var whole = Digits(text[sign..]);
        var end = sign + whole;
        var fraction = 0;
        if (end < text.Length && text[end] == '.')
        {
            fraction = Digits(text[(end + 1)..]);
            end += whole + fraction > 0 ? 1 + fraction : 0;
        }

        if (whole + fraction == 0)
        {
            var word = WordLength(text[sign..]);
            return sign < text.Length && IsNotFinite(text.Slice(sign, word)) ? sign + word : 0;
        }

        if (end < text.Length && text[end] is 'e' or 'E')
        {
            var exponentSign = end + 1 < text.Length && text[end + 1] is '-' or '+' ? 1 : 0;
            var exponent = Digits(text[Math.Min(text.Length, end + 1 + exponentSign)..]);
            end += exponent > 0 ? 1 + exponentSign + exponent : 0;
        }

        return end;
    }

    private static int Digits(ReadOnlySpan<char> text)
    {
        var other = text.IndexOfAnyExceptInRange('0', '9');
        return other < 0 ? text.Length : other;
    }

    private static bool IsLetter(char character) => character == '_' || character >= 0x80 || char.IsAsciiLetter(character);

    private static bool IsNotFinite(ReadOnlySpan<char> word) =>
        word.Equals("nan", StringComparison.OrdinalIgnoreCase)
        || word.Equals("inf", StringComparison.OrdinalIgnoreCase)
        || word.Equals("infinity", StringComparison.OrdinalIgnoreCase);
}
