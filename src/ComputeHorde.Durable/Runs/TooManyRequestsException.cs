namespace ComputeHorde.Durable.Runs;

/// <summary>So many requests for one job were sent, and none is found, that the next one has to wait.</summary>
internal sealed class TooManyRequestsException(int requests)
    : Exception(
        $"{requests} requests for this job were sent, and none is found by its tag. The next one waits for some minutes, because each may have been stored."
    );
