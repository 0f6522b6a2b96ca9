namespace ComputeHorde.Durable.Checks.Comparers;

/// <summary>
/// A content is not of a form that the comparer reads. That proves nothing against anybody: the comparison is inconclusive.
/// </summary>
internal sealed class UnreadableContentException(string message) : Exception(message);
