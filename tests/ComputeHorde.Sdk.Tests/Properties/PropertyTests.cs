using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ComputeHorde.Sdk.Signing;
using FsCheck;
using FsCheck.Fluent;

namespace ComputeHorde.Sdk.Tests.Properties;

/// <summary>FsCheck prints the seed of a failure with the shrunk input.</summary>
public sealed class PropertyTests
{
    [Fact]
    public void Build_AnyValidSpec_SignsTheIndependentRendering() =>
        Holds(
            Gen.Zip(Generators.Spec, Gen.Elements(true, false)),
            pair =>
            {
                var (spec, trusted) = pair;
                if (JobSpecValidation.Validate(spec) is { Count: > 0 } problems)
                {
                    throw new InvalidOperationException($"the generator made an invalid spec: {problems[0]}");
                }

                var key = spec.Streaming ? "-----BEGIN CERTIFICATE-----\nżółć\n-----END CERTIFICATE-----\n" : null;
                var request = JobRequest.Build(spec, Specs.Validator, "tag", trusted, key);
                Assert.Equal(IndependentText.SignedFields(spec, trusted, key), request.SignedText);
                // The facilitator derives the same text from the body that is sent.
                Assert.Equal(request.SignedText, SignedFields.Write(JsonNode.Parse(request.BodyBytes)!.AsObject()));
                var hashed = Encoding.ASCII.GetString(RequestSigner.HashedBytes(0x4142434445464748, request.SignedText));
                Assert.Equal("ABCDEFGH" + IndependentText.Literal(request.SignedText), hashed);
            }
        );

    [Fact]
    public void Json_AnySpec_ReadsBackAsItself() =>
        Holds(
            Generators.Spec,
            spec =>
            {
                var text = ComputeHordeJson.WriteJobSpec(spec);
                var back = ComputeHordeJson.ReadJobSpec(text);
                Assert.Equal(text, ComputeHordeJson.WriteJobSpec(back));
                Assert.Equal(IndependentText.SignedFields(spec, false, null), IndependentText.SignedFields(back, false, null));
                Assert.Equal(
                    (spec.JobNamespace, spec.ArtifactsDir, spec.Streaming),
                    (back.JobNamespace, back.ArtifactsDir, back.Streaming)
                );
            }
        );

    [Fact]
    public void PythonJson_AnyText_IsReadBackByAnyParser() =>
        Holds(
            Generators.Text,
            text =>
            {
                Assert.Equal(text, JsonSerializer.Deserialize<string>(PythonJson.Literal(text)));
                var builder = new StringBuilder();
                PydanticJson.Write(builder, text);
                Assert.Equal(text, JsonSerializer.Deserialize<string>(builder.ToString()));
            }
        );

    [Fact]
    public void PythonJson_AnyDouble_IsShortestAndExact() =>
        Holds(
            ArbMap.Default.GeneratorFor<ulong>(),
            bits =>
            {
                var value = BitConverter.UInt64BitsToDouble(bits);
                if (!double.IsFinite(value))
                {
                    return;
                }

                var text = PythonJson.Float(value);
                Assert.Equal(
                    BitConverter.DoubleToInt64Bits(value),
                    BitConverter.DoubleToInt64Bits(double.Parse(text, CultureInfo.InvariantCulture))
                );
                Assert.Matches("^-?([0-9]+\\.[0-9]+|[0-9](\\.[0-9]+)?e[+-][0-9]{2,3})$", text);
            }
        );

    [Fact]
    public void CodePointComparer_AnyTexts_OrdersAsUtf32() =>
        Holds(
            Gen.Zip(Generators.Text, Generators.Text),
            pair =>
            {
                var (a, b) = (
                    pair.Item1.EnumerateRunes().Select(rune => rune.Value).ToArray(),
                    pair.Item2.EnumerateRunes().Select(rune => rune.Value).ToArray()
                );
                Assert.Equal(
                    Math.Sign(a.AsSpan().SequenceCompareTo(b)),
                    Math.Sign(CodePointComparer.Instance.Compare(pair.Item1, pair.Item2))
                );
            }
        );

    [Fact]
    public void JobReader_AnyJson_GivesAJobOrTheDocumentedError() =>
        Holds(
            Generators.Json,
            text =>
            {
                using var document = JsonDocument.Parse(text);
                try
                {
                    _ = JobReader.Read(document.RootElement).ToString();
                }
                catch (ComputeHordeProtocolException) { }
            }
        );

    [Fact]
    public void FacilitatorErrors_AnyJson_GivesAnException() =>
        Holds(
            Gen.Zip(Generators.Json, Gen.Elements(302, 400, 401, 404, 413, 429, 500)),
            pair =>
            {
                using var document = JsonDocument.Parse(pair.Item1);
                Assert.NotEmpty(FacilitatorErrors.From(pair.Item2, document.RootElement, "GET /", null).Message);
            }
        );

    [Fact]
    public void SpecReader_AnyJson_GivesASpecOrTheDocumentedError() =>
        Holds(
            Generators.Json,
            text =>
            {
                try
                {
                    _ = JobSpecValidation.Validate(ComputeHordeJson.ReadJobSpec(text));
                }
                catch (ComputeHordeValidationException) { }
            }
        );

    [Fact]
    public void SpecReader_CutOrChangedText_GivesASpecOrTheDocumentedError() =>
        Holds(
            Generators.Spec.SelectMany(spec =>
                Gen.Zip(Gen.Choose(0, 10_000), Generators.AnyText).Select(pair => (spec, pair.Item1, pair.Item2))
            ),
            triple =>
            {
                var (spec, place, insertion) = triple;
                var text = ComputeHordeJson.WriteJobSpec(spec);
                var at = place % text.Length;
                foreach (var broken in new[] { text[..at], text.Remove(at, 1), text.Insert(at, insertion) })
                {
                    try
                    {
                        ComputeHordeJson.ReadJobSpec(broken);
                    }
                    catch (ComputeHordeValidationException) { }
                }
            }
        );

    [Fact]
    public void KeyFile_AnyContent_GivesAKeyOrTheDocumentedError() =>
        Holds(
            Gen.OneOf(Generators.Json.Select(Encoding.UTF8.GetBytes), ArbMap.Default.GeneratorFor<byte[]>()),
            content =>
            {
                try
                {
                    KeyFile.Read(content, "file").Dispose();
                }
                catch (ComputeHordeException) { }
            }
        );

    [Fact]
    public void Validate_AnyTexts_NeverThrows() =>
        Holds(
            Gen.ListOf(Generators.AnyText),
            texts =>
            {
                var text = string.Concat(texts);
                var spec = new ComputeHordeJobSpec
                {
                    ExecutorClass = text,
                    DockerImage = text,
                    JobNamespace = text,
                    Args = [.. texts, null!],
                    Env = new() { [text] = null! },
                    ArtifactsDir = text,
                    InputVolumes = new()
                    {
                        [text] = new HttpVolume(text),
                        ["/volume/" + text] = new InlineVolume(text),
                        ["/volume/n"] = null!,
                    },
                    OutputVolumes = new()
                    {
                        [text] = new HttpOutputVolume(text, text) { SignedHeaders = new() { [text] = text } },
                        ["/output/n"] = null!,
                    },
                    DownloadTimeLimitSec = text.Length,
                    ExecutionTimeLimitSec = -text.Length,
                    UploadTimeLimitSec = 1,
                };
                Assert.NotEmpty(JobSpecValidation.Validate(spec));
                _ = JobSpecValidation.ValidateTag(text);
                Assert.DoesNotContain('?', Redact.Url(text).Replace("?…", "", StringComparison.Ordinal));
            }
        );

    private static void Holds<T>(Gen<T> generator, Action<T> property) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll(Arb.From(generator), property));
}
