using ComputeHorde.Durable.Hosting;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Durable.Notices;

/// <summary>Checks the settings of webhooks at the start, so that no notice finds out later.</summary>
internal sealed class WebhookSettings : IValidateOptions<DurableOptions>
{
    public ValidateOptionsResult Validate(string? name, DurableOptions options)
    {
        var faults = new List<string>();
        if (!string.IsNullOrEmpty(options.WebhookSecret))
        {
            try
            {
                _ = WebhookSecrets.Read(options.WebhookSecret);
            }
            catch (FormatException exception)
            {
                faults.Add($"{DurableOptions.Section}__{nameof(options.WebhookSecret)} {exception.Message}.");
            }
        }

        if (!string.IsNullOrEmpty(options.WebhookUrl))
        {
            if (Webhooks.FaultOf(options.WebhookUrl, options.WebhookAllowPrivate) is { } fault)
            {
                faults.Add($"{DurableOptions.Section}__{nameof(options.WebhookUrl)} {fault}");
            }

            if (string.IsNullOrWhiteSpace(options.WebhookSecret))
            {
                faults.Add(
                    $"{DurableOptions.Section}__{nameof(options.WebhookSecret)} is needed with {nameof(options.WebhookUrl)}: notices are signed by it."
                );
            }
        }

        faults.AddRange(
            NoticeTypes
                .Validate(options.WebhookEvents, $"{DurableOptions.Section}__{nameof(options.WebhookEvents)}")
                .Select(static problem => $"{problem.Field} {problem.Message}")
        );
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
