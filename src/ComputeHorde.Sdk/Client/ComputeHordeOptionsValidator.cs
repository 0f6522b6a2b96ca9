using ComputeHorde.Cryptography;

namespace ComputeHorde.Sdk;

/// <summary>Finds every fault of the options at once.</summary>
internal static class ComputeHordeOptionsValidator
{
    public static IReadOnlyList<string> Faults(ComputeHordeOptions options)
    {
        var faults = new List<string>();
        if (
            options.FacilitatorUrl is null
            || !options.FacilitatorUrl.IsAbsoluteUri
            || options.FacilitatorUrl.Scheme is not ("http" or "https")
        )
        {
            faults.Add($"{nameof(options.FacilitatorUrl)} must be an absolute http or https URL.");
        }
        else if (
            options.FacilitatorUrl.Query.Length > 0
            || options.FacilitatorUrl.Fragment.Length > 0
            || options.FacilitatorUrl.UserInfo.Length > 0
        )
        {
            faults.Add($"{nameof(options.FacilitatorUrl)} must have no user information, query or fragment.");
        }

        if (options.ValidatorHotkey is { } hotkey && !Ss58.IsValid(hotkey))
        {
            faults.Add($"{nameof(options.ValidatorHotkey)} must be an SS58 address.");
        }

        Positive(faults, nameof(options.RequestTimeout), options.RequestTimeout);
        Positive(faults, nameof(options.RetryDelay), options.RetryDelay);
        Positive(faults, nameof(options.PollInterval), options.PollInterval);
        Positive(faults, nameof(options.MaxRetryDelay), options.MaxRetryDelay);
        Positive(faults, nameof(options.MaxPollInterval), options.MaxPollInterval);
        if (options.MaxRetryDelay < options.RetryDelay)
        {
            faults.Add($"{nameof(options.MaxRetryDelay)} must not be shorter than {nameof(options.RetryDelay)}.");
        }

        if (options.MaxPollInterval < options.PollInterval)
        {
            faults.Add($"{nameof(options.MaxPollInterval)} must not be shorter than {nameof(options.PollInterval)}.");
        }

        if (options.TokenRenewalMargin < TimeSpan.Zero)
        {
            faults.Add($"{nameof(options.TokenRenewalMargin)} must not be negative.");
        }

        if (options.CreateDoubt < TimeSpan.Zero || options.CreateDoubt > TimeSpan.FromHours(1))
        {
            faults.Add($"{nameof(options.CreateDoubt)} must be between 0 and an hour.");
        }

        if (options.MaxUncertainCreates is < 1 or > 100)
        {
            faults.Add($"{nameof(options.MaxUncertainCreates)} must be between 1 and 100.");
        }

        if (options.MaxRetries is < 0 or > 100)
        {
            faults.Add($"{nameof(options.MaxRetries)} must be between 0 and 100.");
        }

        if (options.MaxResponseBytes < 1024)
        {
            faults.Add($"{nameof(options.MaxResponseBytes)} must be at least 1024.");
        }

        if (options.MaxPageBytes < 1024)
        {
            faults.Add($"{nameof(options.MaxPageBytes)} must be at least 1024.");
        }

        if (string.IsNullOrWhiteSpace(options.Realm) || options.Realm.Any(c => c is < ' ' or > '~'))
        {
            faults.Add($"{nameof(options.Realm)} must be printable ASCII.");
        }

        return faults;
    }

    private static void Positive(List<string> faults, string name, TimeSpan value)
    {
        if (value <= TimeSpan.Zero || value.TotalMilliseconds > int.MaxValue)
        {
            faults.Add($"{name} must be positive and at most {int.MaxValue} milliseconds.");
        }
    }
}
