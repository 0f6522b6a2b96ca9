namespace ComputeHorde.Durable.LocalHost.Tests.Documentation;

/// <summary>
/// The commands of the Azure CLI, of azd and of Core Tools that the documents use, with the options that each has of those used here. A
/// command that is not here is misspelt, or has to be looked up.
/// </summary>
internal static class AzureTools
{
    /// <summary>What stands for every command.</summary>
    private static readonly string[] Common = ["--output", "-o", "--query"];

    private static readonly Dictionary<string, string[]> Options = new(StringComparer.Ordinal)
    {
        ["az login"] = [],
        ["az ad signed-in-user show"] = [],
        ["az deployment sub create"] = ["--name", "--location", "--template-file", "--parameters"],
        ["az deployment sub show"] = ["--name"],
        ["az functionapp deployment source config-zip"] = ["--name", "--resource-group", "--src"],
        ["az functionapp keys list"] = ["-g", "-n"],
        ["az functionapp keys set"] = ["-g", "-n", "--key-type", "--key-name"],
        ["az functionapp restart"] = ["--name", "--resource-group", "-g", "-n"],
        ["az functionapp start"] = ["-g", "-n"],
        ["az functionapp stop"] = ["-g", "-n"],
        ["az keyvault secret set"] = ["--vault-name", "--name", "--file", "--encoding"],
        ["az storage account revoke-delegation-keys"] = ["-g", "-n"],
        ["az storage blob delete-batch"] = ["--auth-mode", "--account-name", "--source", "--pattern"],
        ["az storage blob download"] = ["--auth-mode", "--account-name", "--container-name", "--name", "--file"],
        ["az storage blob upload"] =
        [
            "--auth-mode",
            "--connection-string",
            "--account-name",
            "--container-name",
            "--name",
            "--file",
            "--data",
            "--overwrite",
        ],
        ["az storage container immutability-policy lock"] = ["-g", "--account-name", "-c", "--if-match"],
        ["az storage container immutability-policy show"] = ["-g", "--account-name", "-c"],
        ["az storage message delete"] = ["--auth-mode", "--account-name", "--queue-name", "--id", "--pop-receipt"],
        ["az storage message get"] = ["--auth-mode", "--account-name", "--queue-name"],
        ["az storage message peek"] = ["--auth-mode", "--account-name", "--queue-name", "--num-messages"],
        ["az storage message put"] = ["--auth-mode", "--connection-string", "--account-name", "--queue-name", "--content"],
        ["azd auth login"] = [],
        ["azd env get-value"] = [],
        ["azd env get-values"] = [],
        ["azd env new"] = [],
        ["azd env set"] = [],
        ["azd provision"] = ["--preview"],
        ["azd up"] = [],
        ["func start"] = ["--no-build"],
    };

    public static bool IsOne(IReadOnlyList<string> words) => words[0] is "az" or "azd" or "func";

    public static IEnumerable<string> Problems(IReadOnlyList<string> words)
    {
        var known = Options
            .Keys.Where(command => words.Take(command.Split(' ').Length).SequenceEqual(command.Split(' ')))
            .MaxBy(static command => command.Length);
        return known is null
            ? [$"{words[0]} does not know {string.Join(' ', words.Skip(1).TakeWhile(static word => !word.StartsWith('-')))}"]
            : words
                .Where(static word => word.StartsWith('-') && word.Length > 1)
                .Except([.. Options[known], .. Common])
                .Select(option => $"{known} does not know {option}");
    }
}
