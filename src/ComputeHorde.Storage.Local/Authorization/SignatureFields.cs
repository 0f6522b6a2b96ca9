using System.Globalization;
using System.Net;
using ComputeHorde.Storage.Local.Http;

namespace ComputeHorde.Storage.Local.Authorization;

/// <summary>What account and service signatures have in common.</summary>
internal static class SignatureFields
{
    private const string AtLeastVersion = "2015-04-05";

    /// <summary>The value as it is signed: decoded, empty when it is not there.</summary>
    public static string Field(this StorageRequest request, string name) => request.Query.GetValueOrDefault(name) ?? "";

    public static void CheckVersion(string version)
    {
        if (string.CompareOrdinal(version, AtLeastVersion) < 0)
        {
            throw Errors.AuthenticationFailed($"sv is missing or older than {AtLeastVersion}.");
        }
    }

    public static void CheckSignature(Account account, string given, string text)
    {
        // A plus sign that was not encoded has been read as a space.
        if (!account.IsSignature(given.Replace(' ', '+'), text))
        {
            throw Errors.AuthenticationFailed("Signature did not match.");
        }
    }

    /// <exception cref="StorageError">It is too early or too late, or the request came from elsewhere or over another protocol.</exception>
    public static void CheckUse(StorageRequest request, DateTimeOffset now)
    {
        if (request.Parameter("st") is { } start && now < Time("st", start))
        {
            throw Errors.AuthenticationFailed(
                $"Signature not valid in the specified time frame: Start [{start}] - Current [{HttpDate.Format(now)}]"
            );
        }

        var expiry = request.Parameter("se") ?? throw Errors.AuthenticationFailed("se is missing.");
        if (now >= Time("se", expiry))
        {
            throw Errors.AuthenticationFailed(
                $"Signature not valid in the specified time frame: Expiry [{expiry}] - Current [{HttpDate.Format(now)}]"
            );
        }

        if (request.Parameter("spr") == "https" && !request.IsHttps)
        {
            throw Errors.NotAuthorized("Protocol", "protocol");
        }

        if (request.Parameter("sip") is { } addresses && request.RemoteAddress is { } from && !Covers(addresses, from))
        {
            throw Errors.NotAuthorized("SourceIP", "source IP");
        }
    }

    private static DateTimeOffset Time(string name, string text) =>
        HttpDate.TryParse(text, out var time) ? time : throw Errors.AuthenticationFailed($"{name} is not a time.");

    private static bool Covers(string addresses, IPAddress from)
    {
        var range = addresses.Split('-', 2);
        if (!IPAddress.TryParse(range[0], out var first) || !IPAddress.TryParse(range[^1], out var last))
        {
            throw Errors.AuthenticationFailed("sip is not an address or a range of addresses.");
        }

        var bytes = from.MapToIPv4().GetAddressBytes().AsSpan();
        return bytes.SequenceCompareTo(first.MapToIPv4().GetAddressBytes()) >= 0
            && bytes.SequenceCompareTo(last.MapToIPv4().GetAddressBytes()) <= 0;
    }
}
