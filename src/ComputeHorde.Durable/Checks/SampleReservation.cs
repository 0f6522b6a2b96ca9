namespace ComputeHorde.Durable.Checks;

/// <summary>Trusted executor seconds set aside for the check of a job.</summary>
internal sealed record SampleReservation(string JobUuid, string Namespace, double Seconds, DateTimeOffset At);
