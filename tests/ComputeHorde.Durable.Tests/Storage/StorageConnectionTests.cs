using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Storage;
using Microsoft.Extensions.Configuration;

namespace ComputeHorde.Durable.Tests.Storage;

/// <summary>What can be known of a connection before it is used is said at the start, by the name of the setting that is used.</summary>
public sealed class StorageConnectionTests
{
    private const string Key = "AccountName=a;AccountKey=YWJj",
        Endpoints = "BlobEndpoint=http://127.0.0.1:9/a;QueueEndpoint=http://127.0.0.1:9/a";

    [Theory]
    [InlineData("AzureWebJobsStorage", Endpoints, "no account key")]
    [InlineData("ComputeHordeStorage", Endpoints, "no account key")]
    [InlineData("ComputeHordeStorage", Endpoints + ";SharedAccessSignature=sv=1&sig=c2VjcmV0", "shared access signature")]
    [InlineData("AzureWebJobsStorage", "BlobEndpoint=http://127.0.0.1:9/a", "no account key")]
    [InlineData("AzureWebJobsStorage", "garbage", "no connection to the blobs")]
    [InlineData("ComputeHordeStorage", Endpoints + ";AccountName=a;AccountKey=c2VjcmV0!", "no connection to the blobs")]
    [InlineData("ComputeHordeStorage:accountName", "my account", "no connection to the blobs")]
    [InlineData("ComputeHordeStorage:clientId", "x", "Set ComputeHordeStorage to")]
    [InlineData("Other", "x", "Set AzureWebJobsStorage to")]
    public void Validate_ConnectionThatCannotWork_NamesTheSettingAndNoSecret(string name, string value, string expected)
    {
        var fault = Assert.Single(Validate((name, value)));

        Assert.Contains(expected, fault, StringComparison.Ordinal);
        Assert.Contains(name == "Other" ? "AzureWebJobsStorage" : name.Split(':')[0], fault, StringComparison.Ordinal);
        Assert.DoesNotContain("c2VjcmV0", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AzureWebJobsStorage", Endpoints + ";" + Key + "\r\n")]
    [InlineData("AzureWebJobsStorage", "\ufeffUseDevelopmentStorage=true\n")]
    [InlineData("ComputeHordeStorage:accountName", "account\n")]
    public void Validate_ConnectionAsAVaultToolGivesIt_IsTaken(string name, string value) => Assert.Empty(Validate((name, value)));

    [Fact]
    public void Validate_OneAccountUnderBothNames_NamesTheHosts() =>
        Assert.StartsWith(
            "AzureWebJobsStorage ",
            Assert.Single(Validate(("AzureWebJobsStorage", Endpoints), ("ComputeHordeStorage", Endpoints + "\n"))),
            StringComparison.Ordinal
        );

    private static IEnumerable<string> Validate(params (string Key, string Value)[] settings) =>
        new StorageConnection(
            new ConfigurationBuilder()
                .AddInMemoryCollection(settings.Select(static setting => new KeyValuePair<string, string?>(setting.Key, setting.Value)))
                .Build()
        )
            .Validate(null, new DurableOptions())
            .Failures ?? [];
}
