using Azure;
using ComputeHorde.Durable.Intake;
using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Tests.Intake;

public class SpecificationIdTests
{
    [Theory]
    [InlineData("train.json")]
    [InlineData("folder/with space/übung.json")]
    [InlineData(".json")]
    [InlineData("a-very-long-name-a-very-long-name-a-very-long-name-a-very-long-name-a-very-long-name-a-very-long-name-.json")]
    public void Of_AnyName_CanNameARunAndABatch(string name)
    {
        var id = SpecificationId.Of("jobs", name, new ETag("0x8DC"));

        Assert.True(Names.IsRun(id), id);
        Assert.True(SpecificationId.IsOne(id));
        Assert.InRange(id.Length, 1, 70);
    }

    [Fact]
    public void Of_AnotherVersionOrName_IsAnotherRun()
    {
        string[] ids =
        [
            SpecificationId.Of("jobs", "a.json", new ETag("1")),
            SpecificationId.Of("jobs", "a.json", new ETag("2")),
            SpecificationId.Of("jobs", "b.json", new ETag("1")),
        ];

        Assert.Equal(3, ids.Distinct().Count());
    }

    [Fact]
    public void Of_QuotedETag_IsTheSameRun() =>
        Assert.Equal(SpecificationId.Of("jobs", "a.json", new ETag("0x8DC")), SpecificationId.Of("jobs", "a.json", new ETag("\"0x8DC\"")));
}
