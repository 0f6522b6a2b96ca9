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

        Assert.Equal(new BatchRequest(null, "a/b.jsonl") { MaxParallel = 7, Strict = true, Id = "x" }, batch);
    }

    [Theory]
    [InlineData("""{"jobs":[1]}""", true)]
    [InlineData("""{"jobs_blob":null}""", true)]
    [InlineData("[]", true)]
    [InlineData("""{"docker_image":"x"}""", false)]
    [InlineData("\"jobs\"", false)]
    [InlineData("{", false)]
    public void IsBatch_Document_TellsBatchesFromJobs(string json, bool expected) => Assert.Equal(expected, BatchRequest.IsBatch(BinaryData.FromString(json)));

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
