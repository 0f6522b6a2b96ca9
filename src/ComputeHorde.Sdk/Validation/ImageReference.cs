using System.Text.RegularExpressions;

namespace ComputeHorde.Sdk;

/// <summary>
/// The grammar of container image references: <c>[registry[:port]/]path[:tag][@digest]</c>. The text reaches shells, logs and terminals of
/// others; the facilitator takes anything.
/// </summary>
internal static class ImageReference
{
    private const int MaxLength = 255;

    private const string Domain =
        @"(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[a-fA-F0-9:]+\])(?::[0-9]{1,5})?";

    private const string Component = @"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*";
    private const string Tag = @"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}";
    private const string Digest = @"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}";

    // Without backtracking, time grows with the length only.
    private static readonly Regex Grammar = new(
        $@"\A(?:{Domain}/)?{Component}(?:/{Component})*(?::{Tag})?(?:@{Digest})?\z",
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant
    );

    public static void Check(ProblemList problems, string field, string? image)
    {
        problems.Text(field, image, required: true);
        if (string.IsNullOrEmpty(image))
        {
            return;
        }

        if (image.Length > MaxLength)
        {
            problems.Add(field, $"must have at most {MaxLength} characters.");
        }
        else if (!Grammar.IsMatch(image))
        {
            problems.Add(
                field,
                "must be an image reference, [registry/]name[:tag][@digest], such as my-user/my-image:1.0: the name in small letters, and no white space."
            );
        }
    }
}
