using System.CommandLine;
using ComputeHorde.Durable.LocalHost.Doctor;

namespace ComputeHorde.Durable.LocalHost.Commands;

/// <summary><c>doctor</c>: whether this machine has what the commands need.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var command = new Command(
            "doctor",
            "Looks at runtimes, tools, ports and settings, and says what is missing and who needs it. Exit code 1 when the demo could not run."
        );
        command.SetAction(
            (_, cancellationToken) =>
                Guard.RunAsync(
                    async () =>
                    {
                        var findings = await Examination.RunAsync(cancellationToken);
                        foreach (var finding in findings)
                        {
                            Console.WriteLine($"{finding.Level.ToString().ToLowerInvariant(),-8} {finding.What,-12} {finding.Text}");
                        }

                        return findings.Any(static finding => finding.Level == Level.Missing) ? 1 : 0;
                    },
                    cancellationToken
                )
        );
        return command;
    }
}
