using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ComputeHorde.Durable.Checks.Comparers;
using FsCheck;
using FsCheck.Fluent;

namespace ComputeHorde.Durable.Tests.Checks.Comparers;

/// <summary>
/// The same values never count as different, in whatever form; FsCheck prints the seed of a failure with the shrunk input.
/// </summary>
public sealed class ComparerPropertyTests
{
    private static readonly string[] Descrs = ["<f4", ">f4", "<f8", ">f8", "<i8", ">i4", "<u2", ">u8", "<c8", ">c16"];

    private static Gen<double> Number { get; } =
        Gen.OneOf(
            ArbMap.Default.GeneratorFor<double>(),
            Gen.Choose(-1000, 1000).Select(static number => number / 8.0),
            Gen.Elements(0.0, -0.0, double.NaN, double.PositiveInfinity)
        );

    [Fact]
    public void NumericTolerance_SameNumbersWrittenInAnyForm_Match() =>
        Holds(
            Gen.Zip(Gen.NonEmptyListOf(Number), Gen.Choose(0, int.MaxValue)),
            pair =>
            {
                var random = new Random(pair.Item2);
                Assert.Equal(Verdict.Match, Compare("numeric-tolerance", Write(pair.Item1, random), Write(pair.Item1, random)));
            }
        );

    [Fact]
    public void NumericTolerance_SameArrayInAnyTypeAndOrder_Matches() =>
        Holds(
            Gen.Zip(Gen.Choose(0, int.MaxValue), Gen.Zip(Gen.Elements(Descrs), Gen.Elements(Descrs))),
            drawn =>
            {
                var (random, (trustedDescr, descr)) = (new Random(drawn.Item1), drawn.Item2);
                long[] shape = [.. Enumerable.Range(0, random.Next(0, 5)).Select(_ => (long)random.Next(1, 4))];
                double[] values =
                [
                    .. Enumerable
                        .Range(0, (int)shape.Aggregate(1L, static (product, length) => product * length))
                        .Select(_ => (double)random.Next(0, 1000)),
                ];
                var trusted = NpyFile.Of(trustedDescr, shape, values, random.Next(2) == 0, random.Next(1, 4));
                Assert.Equal(
                    Verdict.Match,
                    Compare("numeric-tolerance", NpyFile.Of(descr, shape, values, random.Next(2) == 0, random.Next(1, 4)), trusted)
                );
                values[random.Next(values.Length)] += 1;
                Assert.Equal(
                    Verdict.Mismatch,
                    Compare("numeric-tolerance", NpyFile.Of(descr, shape, values, random.Next(2) == 0, random.Next(1, 4)), trusted)
                );
            }
        );

    [Fact]
    public void JsonTolerance_SameDocumentWithPropertiesInAnyOrder_Matches() =>
        Holds(
            Gen.Choose(0, int.MaxValue),
            seed =>
            {
                var document = Document(new Random(seed), 4);
                var shuffled = Shuffle(document, new Random(seed + 1));
                Assert.Equal(
                    Verdict.Match,
                    Compare(
                        "json-tolerance",
                        Encoding.UTF8.GetBytes(shuffled?.ToJsonString() ?? "null"),
                        Encoding.UTF8.GetBytes((document?.ToJsonString() ?? "null") + "\n")
                    )
                );
            }
        );

    [Theory]
    [InlineData("json-tolerance")]
    [InlineData("numeric-tolerance")]
    public void AnyComparer_AnyBytes_GivesAVerdictAndNeverAccusesTheSameBytes(string comparer) =>
        Holds(
            Gen.Zip(Bytes, Bytes),
            pair =>
            {
                _ = Compare(comparer, pair.Item1, pair.Item2);
                Assert.NotEqual(Verdict.Mismatch, Compare(comparer, pair.Item1, pair.Item1));
            }
        );

    private static Gen<byte[]> Bytes { get; } =
        Gen.ListOf(
                Gen.OneOf(
                    Gen.Elements(
                            "{",
                            "}",
                            "[",
                            "]",
                            "\"a\":",
                            ",",
                            "1",
                            "0.5",
                            "-",
                            "e",
                            "nan",
                            " ",
                            "\\ud800",
                            "\"",
                            "\0",
                            "é",
                            "NUMPY",
                            "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }"
                        )
                        .Select(Encoding.UTF8.GetBytes),
                    Gen.Choose(0, 255).Select(static value => new[] { (byte)value })
                )
            )
            .Select(static pieces => pieces.SelectMany(static piece => piece).ToArray());

#pragma warning disable VSTHRD002 // FsCheck's properties are synchronous, and nothing here waits: the contents are in memory.
    private static Verdict Compare(string comparer, byte[] untrusted, byte[] trusted) =>
        new ComparerRegistry([])
            .Find(comparer)!
            .CompareAsync(
                ComparedResult.Unhashed(untrusted),
                ComparedResult.Unhashed(trusted),
                new ComparisonSettings(),
                CancellationToken.None
            )
            .GetAwaiter()
            .GetResult()
            .Verdict;
#pragma warning restore VSTHRD002

    private static byte[] Write(IEnumerable<double> numbers, Random random)
    {
        string[] formats = ["R", "E17", "e17"],
            separators = [" ", ", ", "\n", "; ", "=", "\t[", "] "];
        var text = new StringBuilder(random.Next(2) == 0 ? "\uFEFF" : "");
        foreach (var number in numbers)
        {
            var word =
                !double.IsNaN(number) && double.IsInfinity(number) && random.Next(2) == 0
                    ? (number < 0 ? "-inf" : "inf")
                    : number.ToString(formats[random.Next(3)], CultureInfo.InvariantCulture);
            text.Append(word).Append(separators[random.Next(separators.Length)]);
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static JsonNode? Document(Random random, int depth) =>
        random.Next(depth > 0 ? 6 : 4) switch
        {
            0 => random.Next(-100, 100),
            1 => random.NextDouble(),
            2 => "text " + random.Next(),
            3 => random.Next(2) == 0 ? null : true,
            4 => new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => Document(random, depth - 1))]),
            _ => new JsonObject(
                Enumerable.Range(0, random.Next(5)).Select(number => KeyValuePair.Create($"p{number}", Document(random, depth - 1)))
            ),
        };

    private static JsonNode? Shuffle(JsonNode? node, Random random) =>
        node switch
        {
            JsonObject properties => new JsonObject(
                properties
                    .OrderBy(_ => random.Next())
                    .Select(property => KeyValuePair.Create(property.Key, Shuffle(property.Value, random)))
            ),
            JsonArray elements => new JsonArray([.. elements.Select(element => Shuffle(element, random))]),
            _ => node?.DeepClone(),
        };

    private static void Holds<T>(Gen<T> inputs, Action<T> property) =>
        Prop.ForAll(inputs.ToArbitrary(), property).QuickCheckThrowOnFailure();
}
