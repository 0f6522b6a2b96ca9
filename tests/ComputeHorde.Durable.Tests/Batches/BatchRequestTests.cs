using ComputeHorde.Durable.Batches;
using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.Tests.Batches;

public class BatchRequestTests
{
    [Fact]
    public void Parse_List_TakesEachElementAsAJob()
    {
        var batch = BatchRequest.Parse(BinaryData.FromString("[{\"a\":1},\n {\"b\":\n2}, 3]"));

        Assert.Equal(["{\"a\":1}", "{\"b\":2}", "3"], batch.Jobs!.Select(static job => job.ToString()));
        Assert.Equal((20, false), (batch.MaxParallel, batch.Strict));
    }

    [Fact]
    public void Parse_Object_TakesBlobAndLimits()
    {
        var batch = BatchRequest.Parse(BinaryData.FromString("""{"jobs_blob":"a/b.jsonl","max_parallel":7,"strict":true,"id":"x"}"""));

        Assert.Null(batch.Jobs);
        Assert.Equal(("a/b.jsonl", 7, true, "x"), (batch.JobsBlob, batch.MaxParallel, batch.Strict, batch.Id));
    }

    [Theory]
    [InlineData("7.0", 7)]
    [InlineData("1e2", 100)]
    [InlineData("0.2e1", 2)]
    public void Parse_WholeNumberInAnotherForm_IsTaken(string number, int expected) =>
        Assert.Equal(expected, BatchRequest.Parse(BinaryData.FromString($$"""{"jobs":[1],"max_parallel":{{number}}}""")).MaxParallel);

    [Theory]
    [InlineData("../requests/victim.json")]
    [InlineData("a/../../requests/victim.json")]
    [InlineData("./a.jsonl")]
    [InlineData("a/./b.jsonl")]
    [InlineData("..")]
    [InlineData("a/..")]
    [InlineData("/a.jsonl")]
    [InlineData("a//b.jsonl")]
    [InlineData("a/")]
    [InlineData("..\\requests\\victim.json")]
    [InlineData("a.jsonl.")]
    [InlineData("a/b./c.jsonl")]
    [InlineData("a\0b")]
    [InlineData("a\r\nb")]
    public void Parse_BlobNameThatMeansAnotherPlace_IsRefused(string name)
    {
        var exception = Assert.Throws<ComputeHordeValidationException>(() =>
            BatchRequest.Parse(BinaryData.FromObjectAsJson(new { jobs_blob = name }))
        );

        Assert.Equal("jobs_blob", Assert.Single(exception.Problems).Field);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a~1")]
    [InlineData("a/b")]
    [InlineData("-a")]
    [InlineData("a\n")]
    public void Parse_IdThatNamesNoBatch_IsSaidOfTheId(string id)
    {
        var exception = Assert.Throws<ComputeHordeValidationException>(() =>
            BatchRequest.Parse(BinaryData.FromObjectAsJson(new { jobs = new[] { 1 }, id }))
        );

        Assert.Equal("id", Assert.Single(exception.Problems).Field);
    }

    [Theory]
    [InlineData("""{"jobs":[1]}""", true)]
    [InlineData("""{"jobs_blob":null}""", true)]
    [InlineData("[]", true)]
    [InlineData("""{"docker_image":"x"}""", false)]
    [InlineData("\"jobs\"", false)]
    [InlineData("{", false)]
    public void IsBatch_Document_TellsBatchesFromJobs(string json, bool expected) =>
        Assert.Equal(expected, BatchRequest.IsBatch(BinaryData.FromString(json)));

    [Theory]
    [InlineData("{}", "jobs")]
    [InlineData("[]", "jobs")]
    [InlineData("""{"jobs":[]}""", "jobs")]
    [InlineData("""{"jobs":{}}""", "jobs")]
    [InlineData("""{"jobs":[1],"jobs_blob":"x"}""", "jobs_blob")]
    [InlineData("""{"jobs":[1],"jobs":[2]}""", "jobs")]
    [InlineData("""{"jobs_blob":""}""", "jobs_blob")]
    [InlineData("""{"jobs_blob":7}""", "jobs_blob")]
    [InlineData("""{"jobs":[1],"max_parallel":0}""", "max_parallel")]
    [InlineData("""{"jobs":[1],"max_parallel":1001}""", "max_parallel")]
    [InlineData("""{"jobs":[1],"max_parallel":1.5}""", "max_parallel")]
    [InlineData("""{"jobs":[1],"strict":"yes"}""", "strict")]
    [InlineData("""{"jobs":[1],"id":5}""", "id")]
    [InlineData("""{"jobs":[1],"parallel":3}""", "parallel")]
    [InlineData("7", "body")]
    [InlineData("{\"jobs\":[1", "body")]
    [InlineData("""{"jobs":["\ud800"]}""", "body")]
    [InlineData("""{"\uDC00":1}""", "body")]
    public void Parse_NotABatch_NamesTheField(string json, string field)
    {
        var exception = Assert.Throws<ComputeHordeValidationException>(() => BatchRequest.Parse(BinaryData.FromString(json)));

        Assert.Contains(exception.Problems, problem => problem.Field == field);
    }
}
