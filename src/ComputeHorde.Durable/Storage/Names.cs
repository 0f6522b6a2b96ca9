using System.Text.RegularExpressions;
using Azure.Storage.Blobs;
using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.Storage;

/// <summary>
/// What a name from outside may be: the one judge of the names of runs, batches and blobs. Names are opaque, so none may mean another place
/// than the one it seems to: no path that is walked, none that storage writes in another form, and none of ours, which hold a <c>~</c>.
/// </summary>
internal static partial class Names
{
    /// <summary>
    /// Separates a run's or batch's name from what belongs to it: <c>lot-1~17</c>, <c>train-42~check</c>. No caller's name holds one.
    /// </summary>
    public const char Separator = '~';

    private const int MaxIdLength = 100,
        MaxBatchIdLength = 90,
        MaxBlobLength = 1000;

    /// <summary>Refuses what cannot name a run.</summary>
    /// <exception cref="ComputeHordeValidationException">With <paramref name="field"/> and the rule.</exception>
    public static void RequireRun(string name, string field) => Require(name, field, MaxIdLength);

    /// <summary>Refuses what cannot name a batch: its runs have the number of their line behind its name.</summary>
    /// <exception cref="ComputeHordeValidationException">With <paramref name="field"/> and the rule.</exception>
    public static void RequireBatch(string name, string field) => Require(name, field, MaxBatchIdLength);

    /// <summary>Whether a caller may give a run this name.</summary>
    public static bool IsRun(string name) => name.Length <= MaxIdLength && IdPattern().IsMatch(name);

    /// <summary>
    /// Says why a text cannot name a blob, so that the name a container lists is the name that is addressed; null when it can.
    /// </summary>
    public static string? FaultOfBlob(string? name)
    {
        if (name is not { Length: > 0 and <= MaxBlobLength })
        {
            return $"must be the name of a blob, of 1 to {MaxBlobLength} characters.";
        }

        if (name.Any(char.IsControl) || name.Contains('\\'))
        {
            return "must be the name of a blob, without control characters and backslashes.";
        }

        // Storage and everything on the way there may walk "." and "..", and drop empty segments and dots at an end.
        return name.Split('/').Any(static segment => segment.Length == 0 || segment.EndsWith('.'))
            ? "must be the name of a blob whose segments are neither empty nor end with a dot."
            : null;
    }

    /// <summary>Gives the client of a blob, and makes sure that it addresses that blob and no other.</summary>
    /// <exception cref="ArgumentException">Storage would read the name as another one's.</exception>
    public static BlobClient Address(BlobContainerClient container, string name)
    {
        var blob = container.GetBlobClient(name);
        var addressed = new BlobUriBuilder(blob.Uri, trimBlobNameSlashes: false);
        return addressed.BlobContainerName == container.Name && addressed.BlobName == name
            ? blob
            : throw new ArgumentException(
                $"Container {container.Name} would not keep that name: it becomes {addressed.BlobContainerName}/{addressed.BlobName}.",
                nameof(name)
            );
    }

    private static void Require(string name, string field, int maxLength)
    {
        if (name.Length > maxLength || !IdPattern().IsMatch(name))
        {
            throw new ComputeHordeValidationException(
                field,
                $"must have 1 to {maxLength} characters of A-Z a-z 0-9 . _ : - and begin and end with a letter or a digit."
            );
        }
    }

    [GeneratedRegex("^[A-Za-z0-9](?:[A-Za-z0-9._:-]*[A-Za-z0-9])?\\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex IdPattern();
}
