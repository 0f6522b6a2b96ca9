using System.Text.Json;
using Azure;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Durable.Notices;

/// <summary>The webhooks of settings and requests: who may be told, where, and by which signature.</summary>
internal sealed class Webhooks(IOptions<DurableOptions> options, RequestStore requests)
{
    private readonly DurableOptions _options = options.Value;

    /// <summary>The webhook of the settings, for runs and batches that bring none; null when there is none.</summary>
    public WebhookReference? Default =>
        string.IsNullOrEmpty(_options.WebhookUrl)
            ? null
            : new WebhookReference(RequestId: null, _options.WebhookEvents.Count > 0 ? [.. _options.WebhookEvents] : null);

    /// <summary>Whether notices can be signed: others are not sent.</summary>
    public bool CanSign => !string.IsNullOrWhiteSpace(_options.WebhookSecret);

    /// <summary>The webhook that a request brings.</summary>
    public static WebhookReference? Of(string requestId, WebhookRequest? webhook) =>
        webhook is null ? null : new WebhookReference(requestId, webhook.Events);

    /// <summary>Refuses a webhook that could never be told anything here.</summary>
    /// <exception cref="ComputeHordeValidationException">With the field and the rule.</exception>
    public void RequireUsable(WebhookRequest? webhook)
    {
        if (webhook is null)
        {
            return;
        }

        if (!CanSign)
        {
            throw new ComputeHordeValidationException(
                "webhook",
                "needs the setting ComputeHorde__WebhookSecret, by which notices are signed."
            );
        }

        if (FaultOf(webhook.Url!, _options.WebhookAllowPrivate) is { } fault)
        {
            throw new ComputeHordeValidationException("webhook.url", fault);
        }
    }

    /// <summary>
    /// The rule of these settings that an address breaks; null when it breaks none. A name is looked up at each delivery.
    /// </summary>
    public static string? FaultOf(string url, bool allowPrivate) =>
        WebhookRequest.FaultOf(url) is { } fault ? fault
        : allowPrivate ? null
        : new Uri(url) is { Scheme: not "https" } ? "must be an https address."
        : PublicAddresses.IsForbiddenLiteral(new Uri(url)) ? "must not be a private, loopback, link-local or otherwise special address."
        : null;

    /// <summary>Where to post; null when that is not known any more.</summary>
    /// <exception cref="RequestFailedException">The storage does not answer.</exception>
    public async Task<Uri?> FindAddressAsync(WebhookReference webhook, CancellationToken cancellationToken)
    {
        var url = webhook.RequestId is { } id ? await ReadAsync(id, cancellationToken) : _options.WebhookUrl;
        return string.IsNullOrEmpty(url) || FaultOf(url, _options.WebhookAllowPrivate) is not null ? null : new Uri(url);
    }

    private async Task<string?> ReadAsync(string requestId, CancellationToken cancellationToken)
    {
        try
        {
            using var document = JsonDocument.Parse(
                ByteOrderMark.Skip((await requests.ReadAsync(requestId, cancellationToken)).ToMemory())
            );
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("webhook", out var webhook)
                ? webhook.GetProperty("url").GetString()
                : null;
        }
        catch (Exception exception) when (exception is RequestFailedException { Status: 404 } or JsonException)
        {
            // Purged, or nothing but its name is left.
            return null;
        }
    }
}
