namespace ComputeHorde.Durable.Notices;

/// <summary>How far a notice is.</summary>
internal static class NoticeStatuses
{
    /// <summary>It is being delivered, perhaps for hours.</summary>
    public const string Pending = "pending";

    /// <summary>The receiver took it.</summary>
    public const string Delivered = "delivered";

    /// <summary>It was given up; <c>POST /api/notices/{id}/redeliver</c> begins anew.</summary>
    public const string Dead = "dead";
}
