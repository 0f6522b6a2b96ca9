namespace ComputeHorde.DurableTask.Sqlite.Storage;

/// <summary>Some of the instances that were asked for.</summary>
/// <param name="Instances">There may be fewer than were asked for, even none, before the end.</param>
/// <param name="Next">Where the next page begins; null at the end.</param>
internal sealed record InstancePage(List<StoredInstance> Instances, InstanceCursor? Next)
{
    /// <summary>Makes a page of what was found.</summary>
    /// <param name="found">What was found when one more was asked for than the page holds.</param>
    /// <param name="filter">What was asked for.</param>
    /// <param name="end">How far was looked when there may be more; null for to the end.</param>
    public static InstancePage Of(List<StoredInstance> found, InstanceFilter filter, InstanceCursor? end)
    {
        if (found.Count <= filter.Limit)
        {
            return new InstancePage(found, end);
        }

        found.RemoveRange(filter.Limit, found.Count - filter.Limit);
        return new InstancePage(found, filter.CursorAt(found[^1].Row));
    }
}
