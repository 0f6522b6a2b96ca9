using System.Security.Cryptography;
using System.Text;

namespace ComputeHorde.Storage.Local.Authorization;

/// <summary>The name and the key of the one account.</summary>
internal sealed class Account(string name, byte[] key)
{
    public string Name { get; } = name;

    public string Sign(string text) => Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));

    public bool IsSignature(string given, string text) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(Sign(text)));
}
