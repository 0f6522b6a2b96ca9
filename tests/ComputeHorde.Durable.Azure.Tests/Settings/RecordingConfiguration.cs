using Microsoft.Extensions.Configuration;

namespace ComputeHorde.Durable.Azure.Tests.Settings;

/// <summary>A configuration that remembers every key that was asked for.</summary>
internal sealed class RecordingConfiguration(IReadOnlyDictionary<string, string?> values) : ConfigurationProvider, IConfigurationSource
{
    private readonly HashSet<string> _asked = new(StringComparer.OrdinalIgnoreCase);

    public IReadOnlyCollection<string> Asked => _asked;

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    public override void Load() => Data = new Dictionary<string, string?>(values, StringComparer.OrdinalIgnoreCase);

    public override bool TryGet(string key, out string? value)
    {
        _asked.Add(key);
        return base.TryGet(key, out value);
    }
}
