using System.IO.Compression;

namespace ComputeHorde.Sdk.Tests.Vectors;

[Trait("Category", "Vectors")]
public sealed class InlineVolumeVectorTests
{
    [Fact]
    public void FromFileContents_PythonVolumes_UnpackToTheSameFile() =>
        VectorFile.Check(
            VectorFile.Cases("inline_volume.json"),
            item =>
            {
                var contents = Convert.FromBase64String(item.Text("content_base64"));
                var own = InlineVolume.FromFileContents(item.Text("file_name"), contents, item["compress"]!.GetValue<bool>());
                Assert.Equal(Unzip(item.Text("contents")), Unzip(own.Contents));
                Assert.Empty(JobSpecValidation.Validate(Specs.Minimal with { InputVolumes = new() { ["/volume/x"] = own } }));
            }
        );

    [Fact]
    public void Validate_BareBase64Text_IsNotAZip()
    {
        var file = VectorFile.Read("inline_volume.json");
        Assert.SkipWhen(file["not_a_zip"] is null, "The file has no such case.");
        var spec = Specs.Minimal with { InputVolumes = new() { ["/volume/x"] = new InlineVolume(file["not_a_zip"]!.Text("contents")) } };
        var problem = Assert.Single(JobSpecValidation.Validate(spec));
        Assert.Contains("ZIP", problem.Message, StringComparison.Ordinal);
    }

    private static List<(string Name, string Bytes)> Unzip(string base64)
    {
        using var zip = new ZipArchive(new MemoryStream(Convert.FromBase64String(base64)));
        return
        [
            .. zip.Entries.Select(entry =>
            {
                using var stream = entry.Open();
                using var copy = new MemoryStream();
                stream.CopyTo(copy);
                return (entry.FullName, Convert.ToBase64String(copy.ToArray()));
            }),
        ];
    }
}
