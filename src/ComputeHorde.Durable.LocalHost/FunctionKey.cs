using System.Security.Cryptography;

namespace ComputeHorde.Durable.LocalHost;

/// <summary>The key that callers of a local host send: made once for a data folder, for its owner's eyes.</summary>
internal static class FunctionKey
{
    /// <summary>Reads <c>functions.key</c> of the folder, made if missing.</summary>
    public static string Open(string folder)
    {
        PrivateFolder.Create(folder);
        var file = Path.Combine(folder, "functions.key");
        if (!File.Exists(file))
        {
            using var stream = new FileStream(file, PrivateFolder.NewFile);
            stream.Write(System.Text.Encoding.ASCII.GetBytes(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32))));
        }

        return File.ReadAllText(file).Trim();
    }
}
