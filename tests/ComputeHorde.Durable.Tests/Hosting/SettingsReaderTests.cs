using ComputeHorde.Durable.Hosting;
using ComputeHorde.Sdk;
using Microsoft.Extensions.Configuration;

namespace ComputeHorde.Durable.Tests.Hosting;

public class SettingsReaderTests
{
    [Theory]
    [InlineData("ComputeHorde:SubnetId", "twelve")]
    [InlineData("COMPUTEHORDE:SUBNETID", "1.5")]
    [InlineData("ComputeHorde:RequestTimeout", "soon")]
    [InlineData("ComputeHorde:PollIntervalSeconds", "fast")]
    [InlineData("ComputeHorde:MaxHashedOutputBytes", "1 GiB")]
    public void Validate_ValueOfAnotherType_NamesSettingAndRule(string key, string value)
    {
        var reader = Read((key, value), ("ComputeHorde:MaxRetries", "7"));
        var options = new ComputeHordeOptions();

        reader.Bind(options);
        var fault = Assert.Single(reader.Validate(null, new DurableOptions()).Failures!);

        Assert.Contains(key[(key.IndexOf(':', StringComparison.Ordinal) + 1)..], fault, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(value, fault, StringComparison.Ordinal);
        Assert.Equal((7, 12), (options.MaxRetries, options.SubnetId));
    }

    [Fact]
    public void Validate_SeveralFaults_GivesThemAll() =>
        Assert.Equal(
            2,
            Read(("ComputeHorde:SubnetId", "twelve"), ("ComputeHorde:RequestTimeout", "soon"))
                .Validate(null, new DurableOptions())
                .Failures!.Count()
        );

    [Theory]
    [InlineData("computehorde:facilitatorurl")]
    [InlineData("ComputeHorde:FacilitatorUrl")]
    [InlineData("COMPUTEHORDE:FACILITATORURL")]
    public void Bind_AnyLetterCase_IsRead(string key)
    {
        var reader = Read((key, "http://127.0.0.1:9/"));
        var options = new ComputeHordeOptions();

        reader.Bind(options);

        Assert.Equal(new Uri("http://127.0.0.1:9/"), options.FacilitatorUrl);
        Assert.Empty(reader.Unknown);
    }

    [Fact]
    public void Unknown_MisspeltSetting_IsNamed() =>
        Assert.Equal(
            ["ComputeHorde__ValidatorHotKeys"],
            Read(("ComputeHorde:ValidatorHotKeys", "5F"), ("ComputeHorde:WalletName", "x"), ("Other:Name", "y")).Unknown
        );

    private static SettingsReader Read(params (string Key, string Value)[] settings) =>
        new(
            new ConfigurationBuilder()
                .AddInMemoryCollection(settings.Select(static setting => new KeyValuePair<string, string?>(setting.Key, setting.Value)))
                .Build()
        );
}
