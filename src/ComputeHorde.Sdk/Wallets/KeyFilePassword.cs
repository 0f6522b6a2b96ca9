using System.Text;

namespace ComputeHorde.Sdk;

/// <summary>
/// Where the password of an encrypted key file comes from. It is asked for when a file turns out to be encrypted, not before. A command
/// line is no place for it: other users of the machine see it there.
/// </summary>
public sealed class KeyFilePassword
{
    private readonly Func<string, string> _read;

    private KeyFilePassword(Func<string, string> read) => _read = read;

    /// <summary>Asks on the terminal, without showing what is typed.</summary>
    public static KeyFilePassword Prompt { get; } = new(Ask);

    /// <summary>A password that the program already has, as from a vault or a setting.</summary>
    /// <param name="password">The password; every character counts, but for line ends after it: vault tools leave them.</param>
    /// <returns>The source.</returns>
    public static KeyFilePassword FromText(string password)
    {
        ArgumentException.ThrowIfNullOrEmpty(password);
        return new(_ => WithoutLineEnd(password));
    }

    /// <summary>Reads an environment variable.</summary>
    /// <param name="variable">Its name.</param>
    /// <returns>The source.</returns>
    public static KeyFilePassword FromEnvironment(string variable)
    {
        ArgumentException.ThrowIfNullOrEmpty(variable);
        return new(_ =>
            Environment.GetEnvironmentVariable(variable) is { Length: > 0 } password
                ? WithoutLineEnd(password)
                : throw new ComputeHordeException($"The environment variable {variable}, for the password of the key file, is not set.")
        );
    }

    /// <summary>
    /// Reads a file that holds the password alone. White space around it and a byte order mark are dropped, as Bittensor's wallet does.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <returns>The source.</returns>
    public static KeyFilePassword FromFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new(_ =>
        {
            try
            {
                return File.ReadAllText(path).Trim() is { Length: > 0 } password
                    ? password
                    : throw new ComputeHordeException($"The file {path}, for the password of the key file, is empty.");
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
            {
                throw new ComputeHordeException(
                    $"The file {path}, for the password of the key file, cannot be read: {error.Message}",
                    innerException: error
                );
            }
        });
    }

    /// <summary>Reads the password of a key file.</summary>
    /// <exception cref="ComputeHordeException">It cannot be had.</exception>
    internal string Read(string keyFile) => _read(keyFile);

    private static string WithoutLineEnd(string password) => password.TrimEnd('\r', '\n');

    private static string Ask(string keyFile)
    {
        if (Console.IsInputRedirected)
        {
            throw new ComputeHordeException($"The key file {keyFile} is encrypted, and there is no terminal to ask for its password.");
        }

        Console.Error.Write($"Password of {keyFile}: ");
        var typed = new StringBuilder();
        for (var key = Console.ReadKey(intercept: true); key.Key != ConsoleKey.Enter; key = Console.ReadKey(intercept: true))
        {
            if (key.Key != ConsoleKey.Backspace)
            {
                typed.Append(key.KeyChar);
            }
            else if (typed.Length > 0)
            {
                typed.Length--;
            }
        }

        Console.Error.WriteLine();
        return typed.ToString();
    }
}
