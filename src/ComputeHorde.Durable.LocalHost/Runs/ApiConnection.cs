using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.LocalHost.Commands;
using ComputeHorde.Functions.Local;

namespace ComputeHorde.Durable.LocalHost.Runs;

/// <summary>
/// Where the functions are, and the key they ask for. The key is a setting or lies in a file: a command line is seen by everybody on the
/// machine.
/// </summary>
/// <param name="Address">The API, with a slash at its end.</param>
/// <param name="Key">The function key; null where none is known.</param>
internal sealed record ApiConnection(Uri Address, string? Key)
{
    public const string UrlSetting = "ComputeHordeApi__Url",
        KeySetting = "ComputeHordeApi__Key",
        KeyFileSetting = "ComputeHordeApi__KeyFile";

    /// <summary>
    /// Finds both: the URL of the command line, of the settings, or the local host's; the key of the settings, or of the local host's data
    /// folder.
    /// </summary>
    /// <exception cref="UserException">What is set is not valid, or a key would go over the network in clear.</exception>
    public static ApiConnection Find(string? url, string dataFolder)
    {
        var settings = LocalSettings.Load();
        var local = LocalFunctionsHost.FindApiAddress(ContentRoot.Find(), settings.Configuration);
        var address =
            LocalSettings.ParseUrl("--url", url)
            ?? LocalSettings.ParseUrl(UrlSetting, SettingText.Find(settings.Configuration, "ComputeHordeApi:Url"))
            ?? local;
        if (address.Query.Length > 0 || address.UserInfo.Length > 0)
        {
            throw new UserException(
                $"The address of the functions is an URL without a query and without a user; the key is set as {KeySetting} or {KeyFileSetting}."
            );
        }

        address = address == local ? local : Normalize(address, local);
        var key = KeyOf(settings, address, dataFolder);
        return key is not null && address.Scheme != Uri.UriSchemeHttps && !address.IsLoopback
            ? throw new UserException($"{address} is not https: the function key would be read by everybody on the way.")
            : new ApiConnection(address, key);
    }

    /// <summary>The root of an app means its API: of the local host, where host.json says.</summary>
    private static Uri Normalize(Uri address, Uri local) =>
        new(
            address.AbsolutePath == "/"
                ? new Uri(address, address.IsLoopback ? local.AbsolutePath : "/api/").AbsoluteUri
                : address.AbsoluteUri.TrimEnd('/') + "/"
        );

    private static string? KeyOf(LocalSettings settings, Uri address, string dataFolder)
    {
        if (SettingText.Find(settings.Configuration, "ComputeHordeApi:Key") is { } key)
        {
            return Checked(KeySetting, key);
        }

        if (SettingText.Find(settings.Configuration, "ComputeHordeApi:KeyFile") is { } file)
        {
            return File.Exists(file)
                ? Checked(file, File.ReadAllText(file).Trim())
                : throw new UserException($"{KeyFileSetting} names {file}, which does not exist.");
        }

        var local = Path.Combine(dataFolder, "functions.key");
        return address.IsLoopback && File.Exists(local) ? Checked(local, File.ReadAllText(local).Trim()) : null;
    }

    private static string Checked(string source, string key) =>
        key.All(static character => character is > ' ' and < '\x7f')
            ? key
            : throw new UserException($"The key of {source} has white space, or characters that no key has.");
}
