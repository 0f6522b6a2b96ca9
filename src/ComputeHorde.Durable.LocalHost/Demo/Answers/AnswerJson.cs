using System.Text.Json;

namespace ComputeHorde.Durable.LocalHost.Demo.Answers;

/// <summary>Reads what the API answers as any caller may: names in snake_case, and what is not known passed over.</summary>
internal static class AnswerJson
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static T Read<T>(string json) =>
        JsonSerializer.Deserialize<T>(json, Options) ?? throw new InvalidDataException("The functions answered null.");
}
