using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.Notices;

/// <summary>
/// Who is to be told, and of what: <c>webhook</c> of a request. The address can hold a secret and stays in the stored request.
/// </summary>
internal sealed record WebhookRequest
{
    private const int MaxUrlLength = 2000;

    /// <summary>Where notices are posted to.</summary>
    public string? Url { get; init; }

    /// <summary>Of which <see cref="NoticeTypes"/>.</summary>
    /// <value>Null: of all.</value>
    public IReadOnlyList<string>? Events { get; init; }

    /// <summary>What is wrong with it, whatever the settings allow.</summary>
    public IEnumerable<ValidationProblem> Validate()
    {
        if (FaultOf(Url) is { } fault)
        {
            yield return new ValidationProblem("webhook.url", fault);
        }

        foreach (var problem in NoticeTypes.Validate(Events, "webhook.events"))
        {
            yield return problem;
        }
    }

    /// <summary>The rule that an address breaks; null when it breaks none. What was sent is not repeated: it may hold a secret.</summary>
    public static string? FaultOf(string? url) =>
        url is not { Length: > 0 and <= MaxUrlLength }
        || !Uri.TryCreate(url, UriKind.Absolute, out var uri)
        || uri.Scheme is not ("https" or "http")
        || uri.Host.Length == 0
            ? $"must be an absolute https address of at most {MaxUrlLength} characters."
        : uri.UserInfo.Length > 0 || uri.Fragment.Length > 0 ? "must hold neither a user nor a fragment."
        : null;
}
