namespace ComputeHorde.Sdk.Tests.Models;

public sealed class ImageReferenceTests
{
    [Theory]
    [InlineData("ubuntu")]
    [InlineData("me/img:latest")]
    [InlineData("computehorde/sha256:latest")]
    [InlineData("localhost:5000/a/b/c:v1.2_3-rc")]
    [InlineData("ghcr.io/my-org/my__image.x:1")]
    [InlineData("Registry.Example.COM:443/team/img")]
    [InlineData("[2001:db8::1]:5000/img")]
    [InlineData("img@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    [InlineData("me/img:tag@sha256:0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef")]
    public void Validate_ImageReference_IsAccepted(string image) =>
        Assert.Empty(JobSpecValidation.Validate(Specs.Minimal with { DockerImage = image }));

    [Theory]
    [InlineData("me/my img")]
    [InlineData("me/img:latest\nINFO forged line")]
    [InlineData("me/img\r")]
    [InlineData("me/img\u001b[2J")]
    [InlineData("me/img\u202e")]
    [InlineData("me/img\0")]
    [InlineData(" me/img")]
    [InlineData("me/img ")]
    [InlineData("me/Img")]
    [InlineData("me//img")]
    [InlineData("/img")]
    [InlineData("img/")]
    [InlineData("img:")]
    [InlineData("img:-tag")]
    [InlineData("img:a:b")]
    [InlineData("img@sha256:xyz")]
    [InlineData("https://registry.example/img")]
    [InlineData("-img")]
    [InlineData("img;rm")]
    [InlineData("$(id)")]
    [InlineData("ímg")]
    public void Validate_AnythingElse_IsRefusedByField(string image)
    {
        var problems = JobSpecValidation.Validate(Specs.Minimal with { DockerImage = image });
        Assert.NotEmpty(problems);
        Assert.All(problems, problem => Assert.Equal("docker_image", problem.Field));
    }

    [Fact]
    public void Validate_LongInput_TakesNoLongerForItsForm() =>
        Assert.NotEmpty(JobSpecValidation.Validate(Specs.Minimal with { DockerImage = string.Concat(Enumerable.Repeat("a-", 127)) + "!" }));
}
