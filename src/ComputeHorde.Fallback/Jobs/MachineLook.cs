namespace ComputeHorde.Fallback;

/// <summary>What is known of a job's machine: the machine, that it is gone for sure, or nothing.</summary>
internal readonly record struct MachineLook(Machine? Machine, bool IsGone)
{
    public static MachineLook Unknown => default;

    public static MachineLook Of(Machine? machine) => new(machine, machine is null);
}
