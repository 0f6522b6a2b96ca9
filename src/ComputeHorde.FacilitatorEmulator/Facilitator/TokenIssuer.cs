using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using ComputeHorde.Emulator.Python;

namespace ComputeHorde.Emulator.Facilitator;

/// <summary>
/// Nonces and tokens (protocol 1.1, 1.3). The key follows from the options, so that tokens outlive a restart, as they do
/// at the real service.
/// </summary>
internal sealed class TokenIssuer(FacilitatorEmulatorOptions options, Func<TimeSpan> skew)
{
    private const string Base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private readonly byte[] _key = SHA256.HashData(
        Encoding.UTF8.GetBytes($"facilitator emulator {options.Seed} {options.ValidatorHotkey}")
    );
    private const string Generation = "generation";
    private long _generation;

    /// <summary>Why a token is refused, or null with its hotkey.</summary>
    public string? Refusal(string token, out string hotkey)
    {
        hotkey = "";
        if (Decode(token) is not PyDict claims)
        {
            return "Token decode error.";
        }

        BigInteger generation = claims.Get(Generation) is BigInteger given ? given : BigInteger.Zero;
        if (claims.Get("exp") is not BigInteger exp || (long)exp <= Now() || generation < Interlocked.Read(ref _generation))
        {
            return "Token expired.";
        }

        if (claims.GetText("sub") is not { Length: > 0 } subject)
        {
            return "Token missing subject.";
        }

        hotkey = subject;
        return IsAllowed(subject) ? null : "Unauthorized hotkey.";
    }

    /// <summary>True for a hotkey on the whitelist.</summary>
    public bool IsAllowed(string hotkey) => options.Whitelist?.Contains(hotkey) != false;

    /// <summary>A token of the configured life time.</summary>
    public string Issue(string hotkey)
    {
        long now = Now();
        var claims = new PyDict
        {
            ["sub"] = hotkey,
            ["iat"] = (BigInteger)now,
            ["exp"] = (BigInteger)(now + (long)options.TokenLifetime.TotalSeconds),
        };
        if (Interlocked.Read(ref _generation) is > 0 and long generation)
        {
            claims[Generation] = (BigInteger)generation;
        }

        return Sign(claims);
    }

    /// <summary>
    /// Makes all tokens given out so far expired, and none that is given out afterwards: a token's own time counts whole seconds only.
    /// </summary>
    public void ExpireAll() => Interlocked.Increment(ref _generation);

    /// <summary>Signs any claims, for tests of odd tokens.</summary>
    public string Sign(PyDict claims)
    {
        string head =
            Base64Url.EncodeToString("{\"alg\":\"HS256\",\"typ\":\"JWT\"}"u8)
            + "."
            + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(PyJsonWriter.Compact(claims)));
        return $"{head}.{Base64Url.EncodeToString(HMACSHA256.HashData(_key, Encoding.ASCII.GetBytes(head)))}";
    }

    public string Nonce() => Nonce(Now());

    /// <summary>A nonce as given out at that time, in Unix seconds.</summary>
    public string Nonce(long time)
    {
        string value = $"{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}:{ToBase62(time)}";
        return $"{value}:{NonceSignature(value)}";
    }

    /// <summary>True for a nonce of ours that is not too old.</summary>
    public bool IsValidNonce(string nonce)
    {
        string[] parts = nonce.Split(':');
        return parts.Length == 3
            && CryptographicOperations.FixedTimeEquals(
                Encoding.UTF8.GetBytes(parts[2]),
                Encoding.UTF8.GetBytes(NonceSignature($"{parts[0]}:{parts[1]}"))
            )
            && Now() - FromBase62(parts[1]) <= options.NonceLifetime.TotalSeconds;
    }

    private PyDict? Decode(string token)
    {
        string[] parts = token.Split('.');
        if (parts.Length != 3)
        {
            return null;
        }

        try
        {
            byte[] expected = HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{parts[0]}.{parts[1]}"));
            return CryptographicOperations.FixedTimeEquals(expected, Base64Url.DecodeFromChars(parts[2]))
                ? PyJsonParser.Parse(Base64Url.DecodeFromChars(parts[1])) as PyDict
                : null;
        }
        catch (Exception e) when (e is FormatException or PyJsonException)
        {
            // No token of ours.
            return null;
        }
    }

    private string NonceSignature(string value) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes("nonce" + value)));

    private long Now() => (options.TimeProvider.GetUtcNow() + skew()).ToUnixTimeSeconds();

    private static string ToBase62(long value)
    {
        var digits = new StringBuilder();
        for (; value > 0; value /= 62)
        {
            digits.Insert(0, Base62[(int)(value % 62)]);
        }

        return digits.ToString();
    }

    private static long FromBase62(string text) =>
        text.Aggregate(0L, (value, digit) => (value * 62) + Base62.IndexOf(digit, StringComparison.Ordinal));
}
