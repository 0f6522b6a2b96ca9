using Azure.Storage.Blobs;
using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Tests.Storage;

public class NamesTests
{
    private static readonly BlobContainerClient Container = new(
        new Uri("http://127.0.0.1:10000/devstoreaccount1/jobs"),
        new BlobClientOptions { TrimBlobNameSlashes = false }
    );

    [Theory]
    [InlineData("a.json")]
    [InlineData("a b/ü#?%2e%2e.json")]
    [InlineData("%2e%2e/requests/victim.json")]
    [InlineData("...a")]
    [InlineData(".hidden/.json")]
    [InlineData("a..b/c")]
    public void Address_NameThatIsKept_AddressesJustThat(string name)
    {
        Assert.Null(Names.FaultOfBlob(name));

        var blob = new BlobUriBuilder(Names.Address(Container, name).Uri, trimBlobNameSlashes: false);

        Assert.Equal(("jobs", name), (blob.BlobContainerName, blob.BlobName));
    }

    [Theory]
    [InlineData("../requests/victim.json")]
    [InlineData("x/../../requests/victim.json")]
    [InlineData("x/./y")]
    [InlineData("..")]
    public void Address_NameThatIsWalked_Throws(string name)
    {
        Assert.NotNull(Names.FaultOfBlob(name));
        Assert.Throws<ArgumentException>(() => Names.Address(Container, name));
    }

    [Theory]
    [InlineData("run-1", true)]
    [InlineData("a.b_c:d", true)]
    [InlineData("lot-1~17", false)]
    [InlineData("a/b", false)]
    [InlineData("a.", false)]
    [InlineData(" a", false)]
    [InlineData("a\n", false)]
    [InlineData("", false)]
    [InlineData("ä", false)]
    public void IsRun_Name_IsOpaque(string name, bool expected) => Assert.Equal(expected, Names.IsRun(name));
}
