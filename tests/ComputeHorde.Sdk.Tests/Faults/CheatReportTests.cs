using System.Numerics;
using System.Text;
using System.Text.Json.Nodes;

namespace ComputeHorde.Sdk.Tests.Faults;

/// <summary>Details that the facilitator could not store or pass on are made storable before they are signed.</summary>
public sealed class CheatReportTests
{
    private static readonly string Job = Guid.NewGuid().ToString();

    public static TheoryData<string, string> Details { get; } =
        new()
        {
            { """{"a":"x\u0000y"}""", """{"a": "x\ufffdy"}""" },
            { """{"a\u0000b":1}""", """{"a\ufffdb": 1}""" },
            { """{"a":[{"b\u0000":"\u0000"}]}""", """{"a": [{"b\ufffd": "\ufffd"}]}""" },
            {
                """{"a":9223372036854775807,"b":-9223372036854775808,"c":18446744073709551615}""",
                """{"a": 9223372036854775807, "b": -9223372036854775808, "c": 18446744073709551615}"""
            },
            { """{"a":18446744073709551616,"b":-9223372036854775809}""", """{"a": "18446744073709551616", "b": "-9223372036854775809"}""" },
            { """{"a":1e400,"b":[-1e999],"c":1.5}""", """{"a": "1e400", "b": ["-1e999"], "c": 1.5}""" },
            { """{"a":true,"b":null,"c":"\ud83d\ude00"}""", """{"a": true, "b": null, "c": "\ud83d\ude00"}""" },
        };

    [Theory]
    [MemberData(nameof(Details))]
    public void SignedText_DetailsThatCannotBeStored_AreMadeStorable(string details, string expected) =>
        Assert.Equal(
            $$"""{"details": {{expected}}, "job_uuid": "{{Job}}", "trusted_job_uuid": "{{Job}}"}""",
            CheatReporter.SignedText(Job, Job, JsonNode.Parse(details)!.AsObject())
        );

    [Fact]
    public void SignedText_ValuesOfTheProgram_AreMadeStorable()
    {
        var text = CheatReporter.SignedText(
            Job,
            Job,
            new JsonObject
            {
                ["nan"] = double.NaN,
                ["infinity"] = float.PositiveInfinity,
                ["big"] = JsonValue.Create(BigInteger.Pow(2, 70).ToString()),
                ["wide"] = 79228162514264337593543950335m,
                ["lone"] = "a\ud800b",
                ["time"] = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
            }
        );
        var details = JsonNode.Parse(text)!["details"]!;
        Assert.Equal(
            ["NaN", "Infinity", "1180591620717411303424", "79228162514264337593543950335", "a\ufffdb", "2026-01-02T03:04:05+00:00"],
            ((string[])["nan", "infinity", "big", "wide", "lone", "time"]).Select(name => details[name]!.GetValue<string>())
        );
    }

    [Fact]
    public void SignedText_GreatDepth_IsCut()
    {
        var details = JsonNode.Parse(string.Concat(Enumerable.Repeat("{\"a\":", 60)) + "1" + new string('}', 60))!.AsObject();
        Assert.Equal(32, CheatReporter.SignedText(Job, Job, details).Count(c => c == '{') - 1);
    }

    [Fact]
    public async Task Report_TooLarge_IsRefusedBeforeItIsSent()
    {
        await using var server = await FakeFacilitator.StartAsync();
        using var client = server.Client();
        var details = new JsonObject { ["a"] = new string('ä', JobSpecValidation.MaxRequestBytes / 6) };
        var error = await Assert.ThrowsAsync<ComputeHordeValidationException>(() => client.ReportCheatedJobAsync(Job, Job, details));
        Assert.Equal("details", Assert.Single(error.Problems).Field);
        Assert.Equal(0, server.Calls("report"));
    }

    [Fact]
    public async Task Report_SentOnce_IsWhatWasSigned()
    {
        await using var server = await FakeFacilitator.StartAsync();
        using var client = server.Client();
        Assert.Equal(
            CheatReportOutcome.Recorded,
            await client.ReportCheatedJobAsync(Job, Job, new JsonObject { ["path"] = "/out\0put", ["size"] = 1UL << 63 })
        );
        Assert.Equal(1, server.Calls("report"));
        Assert.DoesNotContain("\\u0000", Encoding.UTF8.GetString(server.LastBody), StringComparison.Ordinal);
    }
}
