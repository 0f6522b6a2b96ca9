namespace ComputeHorde.Fallback;

/// <summary>When a job reached a stage, by its machine's clock.</summary>
internal sealed record StageTime(string Stage, DateTimeOffset At)
{
    /// <summary>Reads <c>stage seconds stage seconds</c>; what cannot be read ends it.</summary>
    public static IReadOnlyList<StageTime> Parse(string text)
    {
        var words = text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        var stages = new List<StageTime>();
        for (
            var index = 0;
            index + 1 < words.Length && long.TryParse(words[index + 1], out var seconds) && seconds is > 0 and < 253_402_300_799;
            index += 2
        )
        {
            stages.Add(new StageTime(words[index], DateTimeOffset.FromUnixTimeSeconds(seconds)));
        }

        return stages;
    }
}
