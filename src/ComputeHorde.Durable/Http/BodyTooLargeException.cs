namespace ComputeHorde.Durable.Http;

/// <summary>A body is larger than anything that could be sent on.</summary>
internal sealed class BodyTooLargeException(int most) : Exception($"must have at most {most} bytes.");
