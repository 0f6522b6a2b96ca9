namespace ComputeHorde.Durable.Runs;

/// <summary>This machine's clock, or the facilitator's, is wrong by minutes.</summary>
internal sealed class ClockException(TimeSpan offset)
    : Exception(
        $"The clocks of this machine and of the facilitator differ by {offset.Duration()} (the facilitator's is {(offset > TimeSpan.Zero ? "ahead" : "behind")}). "
            + "Nothing is bought until they agree; set this machine's clock."
    );
