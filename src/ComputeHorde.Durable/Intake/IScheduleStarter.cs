namespace ComputeHorde.Durable.Intake;

/// <summary>Makes the schedules that land as specifications. The schedules do: the intake knows them by this only.</summary>
internal interface IScheduleStarter
{
    /// <summary>Whether a document asks for a schedule. It need not be valid.</summary>
    bool IsSchedule(BinaryData json);

    /// <summary>Whether a version of a specification was taken in before.</summary>
    Task<bool> HasAsync(string name, string version, CancellationToken cancellationToken);

    /// <summary>Makes or replaces a schedule.</summary>
    /// <exception cref="Sdk.ComputeHordeValidationException">It is not valid.</exception>
    Task SaveAsync(string name, BinaryData json, string version, CancellationToken cancellationToken);
}
