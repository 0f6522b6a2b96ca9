namespace ComputeHorde.DurableTask.Sqlite.Storage;

/// <summary>
/// The statements that list a page of instances. Both orders are those of an index, and a cursor leads into it, so that a page costs what
/// it holds: the hundredth page as much as the first, and the youngest of many as much as all of a few. What a filter passes over is
/// bounded for each page.
/// </summary>
/// <param name="filter">What is asked for.</param>
/// <param name="end">How far to look; null for to the end.</param>
internal sealed class InstanceQuery(InstanceFilter filter, InstanceCursor? end = null)
{
    /// <summary>
    /// How many instances a page looks at when a filter may pass over them: reads wait for each other, so none may take long.
    /// </summary>
    internal const int MostScanned = 5000;

    /// <summary>No character of a name sorts behind this one.</summary>
    private const string LastCharacter = "\U0010FFFF";

    /// <summary>Whether instances may be looked at that are not given back.</summary>
    public bool IsSelective => filter.Statuses is not null || (filter.Prefix is not null && !filter.IsByName);

    /// <summary>Finds the last instance that a page looks at; nothing when fewer are left.</summary>
    public string EndSql => $"SELECT i.created, i.key, i.id FROM {Where} ORDER BY {Order} LIMIT 1 OFFSET {MostScanned - 1}";

    public string PageSql =>
        $"SELECT {SqliteRows.Columns} FROM {Source} CROSS JOIN states s ON s.key = i.key WHERE {Span} {PrefixCondition} {StatusIn(filter.Statuses)} ORDER BY {Order} LIMIT ?1";

    private string Where => $"{Source} WHERE {Span}";

    private string Source => filter.IsByName ? "instances i" : "instances i INDEXED BY created";

    private string Order => filter.IsByName ? "i.id" : "i.created, i.key";

    private string Span =>
        filter.IsByName
            ? $"i.id {(filter.After is null ? ">=" : ">")} ?2 AND i.id {(end is null ? "<" : "<=")} ?3"
            : "i.created >= ?2 AND i.created <= ?3 AND (i.created, i.key) > (?4, ?5) AND (i.created, i.key) <= (?6, ?7)";

    private string PrefixCondition => filter.Prefix is null || filter.IsByName ? "" : "AND substr(i.id, 1, length(?8)) = ?8";

    public static string StatusIn(IReadOnlyCollection<Microsoft.DurableTask.Client.OrchestrationRuntimeStatus>? statuses) =>
        statuses is null ? "" : $"AND s.status IN ({string.Join(',', statuses.Select(static status => (int)status))})";

    /// <summary>Binds the span; what <see cref="PageSql"/> needs besides are the limit and the prefix.</summary>
    public void BindSpan(SqliteStatement statement)
    {
        if (filter.IsByName)
        {
            statement.Bind(2, filter.After?.InstanceId ?? filter.Prefix).Bind(3, end?.InstanceId ?? filter.Prefix + LastCharacter);
            return;
        }

        var after = filter.After ?? new InstanceCursor(long.MinValue, 0);
        var last = end ?? new InstanceCursor(long.MaxValue, long.MaxValue);
        statement
            .Bind(2, Math.Max(filter.CreatedFrom ?? long.MinValue, after.CreatedAt))
            .Bind(3, Math.Min(filter.CreatedTo ?? long.MaxValue, last.CreatedAt))
            .Bind(4, after.CreatedAt)
            .Bind(5, after.Key)
            .Bind(6, last.CreatedAt)
            .Bind(7, last.Key);
    }

    public void BindPage(SqliteStatement statement)
    {
        BindSpan(statement);
        statement.Bind(1, filter.Limit < int.MaxValue ? filter.Limit + 1L : filter.Limit);
        if (PrefixCondition.Length > 0)
        {
            statement.Bind(8, filter.Prefix);
        }
    }
}
