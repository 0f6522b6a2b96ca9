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

    [Fact]
    public void Unknown_NamesBesideTheSection_AreNamed() =>
        Assert.Equal(
            ["ComputeHorde__CreateDoubt", "COMPUTEHORDEPOLLSCHEDULES", "ComputeHorde_SubnetId"],
            Read(
                ("ComputeHorde_SubnetId", "1"),
                ("COMPUTEHORDEPOLLSCHEDULES", "x"),
                ("COMPUTEHORDEPOLLSCHEDULE", "x"),
                ("ComputeHordeStorage:accountName", "x"),
                ("ComputeHorde:CreateDoubt", "00:00:10")
            ).Unknown
        );

    [Theory]
    [InlineData("ComputeHorde:Limits:team:MaxInFlite", "3", "ComputeHorde__Limits__team__MaxInFlite")]
    [InlineData("ComputeHorde:Limits:team:MaxInFlight", "three", "ComputeHorde__Limits__team__MaxInFlight")]
    [InlineData("COMPUTEHORDE:LIMITS:*:EXECUTORSECONDSPERDAY", "1,5", "ComputeHorde__Limits__*__ExecutorSecondsPerDay")]
    [InlineData("ComputeHorde:Limits:team", "3", "ComputeHorde__Limits__team")]
    [InlineData("ComputeHorde:Limits", "3", "ComputeHorde__Limits")]
    [InlineData("ComputeHorde:Limits:team:MaxInFlight:x", "3", "ComputeHorde__Limits__team__MaxInFlight__x")]
    [InlineData("ComputeHorde:ContainerAppsMachines:gpu:Cpu", "four", "ComputeHorde__ContainerAppsMachines__gpu__Cpu")]
    [InlineData("ComputeHorde:ContainerAppsMachines:gpu:Memory", "4", "ComputeHorde__ContainerAppsMachines__gpu__Memory")]
    [InlineData("ComputeHorde:WebhookEvents", "run.failed", "ComputeHorde__WebhookEvents")]
    [InlineData("ComputeHorde:SubnetId:x", "1", "ComputeHorde__SubnetId__x")]
    public void Validate_SettingInsideOfAnother_IsNotPassedOver(string key, string value, string name)
    {
        var fault = Assert.Single(Read((key, value)).Validate(null, new DurableOptions()).Failures!);

        Assert.StartsWith(name + " ", fault, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("3.0")]
    [InlineData("0.3e1")]
    [InlineData(" 3 ")]
    [InlineData("\ufeff3\r\n")]
    public void Bind_WholeNumberInAnyForm_IsReadEverywhere(string text)
    {
        var reader = Read(
            ("ComputeHorde:MaxRetries", text),
            ("ComputeHorde:MaxHashedOutputBytes", text),
            ("ComputeHorde:SuspectRate", text),
            ("COMPUTEHORDE:LIMITS:TEAM:MAXINFLIGHT", text)
        );
        var (horde, durable) = (new ComputeHordeOptions(), new DurableOptions());

        reader.Bind(horde);
        reader.Bind(durable);

        Assert.True(reader.Validate(null, durable).Succeeded);
        Assert.Equal((3, 3L, 3.0), (horde.MaxRetries, durable.MaxHashedOutputBytes, durable.SuspectRate));
        Assert.Equal(3, durable.Limits["team"].MaxInFlight);
    }

    [Theory]
    [InlineData("SubnetId", "3,0")]
    [InlineData("SubnetId", "0x10")]
    [InlineData("SubnetId", "1e-40")]
    [InlineData("SubnetId", "1e40")]
    [InlineData("SuspectRate", "NaN")]
    [InlineData("WebhookAllowPrivate", "1")]
    [InlineData("WebhookAllowPrivate", "yes")]
    [InlineData("RequestTimeout", "30")]
    public void Validate_ValueThatCouldMeanSomethingElse_IsRefused(string name, string value) =>
        Assert.Contains(
            $"ComputeHorde__{name} must be ",
            Assert.Single(Read(("ComputeHorde:" + name, value)).Validate(null, new DurableOptions()).Failures!),
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("S3AccessKeyId")]
    [InlineData("S3SecretAccessKey")]
    [InlineData("S3Bucket")]
    [InlineData("RunPodApiKey")]
    [InlineData("WebhookUrl")]
    [InlineData("OutputStore")]
    public void Bind_TextAsAVaultToolGivesIt_IsTheText(string name)
    {
        var options = new DurableOptions();

        Read(("ComputeHorde:" + name, "\ufeff se cret \r\n")).Bind(options);

        Assert.Equal("se cret", typeof(DurableOptions).GetProperty(name)!.GetValue(options));
    }

    private static SettingsReader Read(params (string Key, string Value)[] settings) =>
        new(
            new ConfigurationBuilder()
                .AddInMemoryCollection(settings.Select(static setting => new KeyValuePair<string, string?>(setting.Key, setting.Value)))
                .Build()
        );
}
