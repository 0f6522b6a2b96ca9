namespace ComputeHorde.Simulation.Rules;

/// <summary>Secrets stand where they must and nowhere else.</summary>
internal static class SecretRules
{
    /// <summary>Requests as their callers sent them, and the URLs that are handed out.</summary>
    private static readonly string[] Allowed = ["requests/", "jobs/", "batches/", "job-urls/"];

    private static readonly string[] Patterns = ["sig=", "AccountKey=", "Bearer ", "BEGIN PRIVATE KEY"];

    public static IEnumerable<string> Nowhere(Facts facts)
    {
        var secrets = facts.Life.Observer.Secrets;
        var texts = facts
            .Histories.Select(static history => ("history of " + history.Key, history.Value))
            .Concat(facts.Life.Log.Lines.Select(static line => ("log", line)))
            .Concat(
                facts
                    .Blobs.Where(static blob => !Allowed.Any(prefix => blob.Key.StartsWith(prefix, StringComparison.Ordinal)))
                    .Select(static blob => (blob.Key, blob.Value.Content.ToString()))
            );
        foreach (var (place, text) in texts)
        {
            foreach (var secret in secrets.Concat(Patterns).Where(secret => text.Contains(secret, StringComparison.Ordinal)))
            {
                yield return $"'{secret}' in {place}: {(text.Length < 300 ? text : "")}";
            }
        }
    }
}
