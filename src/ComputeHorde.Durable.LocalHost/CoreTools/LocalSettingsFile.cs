using System.Text.Json;
using System.Text.Json.Nodes;
using ComputeHorde.Durable.LocalHost.Commands;
using ComputeHorde.Emulator;

namespace ComputeHorde.Durable.LocalHost.CoreTools;

/// <summary>Writes local.settings.json with the values of the emulators. What else is in the file stays.</summary>
internal static class LocalSettingsFile
{
    public const string Name = "local.settings.json";
    private const string SampleName = "local.settings.sample.json";
    private const string BackupName = Name + ".bak";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <param name="folder">The app.</param>
    /// <param name="storage">The connection string of Azurite.</param>
    /// <param name="horde">The ComputeHorde emulator.</param>
    public static void Write(string folder, string storage, FacilitatorEmulator horde)
    {
        var file = Path.Combine(folder, Name);
        var exists = File.Exists(file);
        var settings = Read(exists ? file : Path.Combine(ContentRoot.Find(), SampleName));
        if (settings["Values"] is not JsonObject values)
        {
            settings["Values"] = values = [];
        }

        foreach (var (name, value) in Values(storage, horde))
        {
            values[name] = value;
        }

        // The file may hold a hotkey that is nowhere else.
        if (exists && !File.Exists(file + ".bak"))
        {
            File.Copy(file, Path.Combine(folder, BackupName));
        }

        var text = settings.ToJsonString(Indented) + "\n";
        if (OperatingSystem.IsWindows())
        {
            File.WriteAllText(file, text);
            return;
        }

        using var stream = new FileStream(
            file,
            new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }
        );
        stream.Write(System.Text.Encoding.UTF8.GetBytes(text));
    }

    private static Dictionary<string, string> Values(string storage, FacilitatorEmulator horde) =>
        new()
        {
            ["FUNCTIONS_WORKER_RUNTIME"] = "dotnet-isolated",
            ["AzureWebJobsStorage"] = storage,

            // The host would keep its keys in a blob container, under a name that follows from the machine's.
            ["AzureWebJobsSecretStorageType"] = "files",
            ["AzureWebJobs.JobSpecEvent.Disabled"] = "true",
            ["ComputeHorde__FacilitatorUrl"] = horde.BaseAddress.AbsoluteUri,
            ["ComputeHorde__ValidatorHotkey"] = horde.ValidatorHotkey,

            // The development key, for the emulator only: nothing of worth can be signed with it.
            ["ComputeHorde__HotkeySecret"] = "//Alice",
        };

    private static JsonObject Read(string file)
    {
        if (!File.Exists(file))
        {
            return new JsonObject { ["IsEncrypted"] = false, ["Values"] = new JsonObject() };
        }

        try
        {
            return JsonNode.Parse(
                    File.ReadAllText(file),
                    documentOptions: new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true }
                ) as JsonObject
                ?? throw new UserException($"{file} is not valid: it must be a JSON object.");
        }
        catch (JsonException exception)
        {
            throw new UserException($"{file} is not valid: {exception.Message}");
        }
    }
}
