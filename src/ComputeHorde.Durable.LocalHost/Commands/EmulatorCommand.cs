using System.CommandLine;
using System.Globalization;
using ComputeHorde.Emulator;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Durable.LocalHost.Commands;

/// <summary><c>emulator</c>: the facilitator emulator alone.</summary>
internal static class EmulatorCommand
{
    public static Command Create()
    {
        var port = new Option<int>("--port")
        {
            Description = "TCP port on 127.0.0.1; 0 takes a free one.",
            DefaultValueFactory = static _ => 8800,
        };
        var speed = new Option<double>("--speed")
        {
            Description = "How much faster than real time jobs live.",
            DefaultValueFactory = static _ => 1,
        };
        var seed = new Option<int>("--seed") { Description = "Seed of all chance.", DefaultValueFactory = static _ => 1 };
        var data = new Option<string?>("--data") { Description = "SQLite file that keeps jobs and reports; default: memory." };
        var kind = new Option<bool>("--kind") { Description = "Explain with 4xx where the real facilitator answers 500 without a word." };
        var honest = new Option<int>("--miners") { Description = "Honest miners.", DefaultValueFactory = static _ => 4 };
        var cheating = new Option<int>("--cheaters")
        {
            Description = "Miners whose results are plausible and wrong.",
            DefaultValueFactory = static _ => 0,
        };
        var follow = Ended.FollowStandardInput();
        var command = new Command(
            "emulator",
            "Runs a whole ComputeHorde on this machine: facilitator API, validator, miners. No wallet, stake or GPU needed."
        )
        {
            port,
            speed,
            seed,
            data,
            kind,
            honest,
            cheating,
            follow,
        };
        command.SetAction(
            (parsed, cancellationToken) =>
                Guard.RunAsync(
                    async () =>
                    {
                        using var logs = LoggerFactory.Create(static logging => LogSetup.Plain(logging, LogLevel.Information));
                        await using var horde = await FacilitatorEmulator.StartAsync(
                            options =>
                            {
                                options.Port = parsed.GetValue(port);
                                options.Speed = parsed.GetValue(speed);
                                options.Seed = parsed.GetValue(seed);
                                options.DataPath = parsed.GetValue(data);
                                options.Kind = parsed.GetValue(kind);
                                options.Miners = EmulatedMiner.Population(
                                    honest: parsed.GetValue(honest),
                                    cheating: parsed.GetValue(cheating)
                                );
                                options.LoggerFactory = logs;
                            },
                            cancellationToken
                        );
                        Console.WriteLine($"Facilitator   {horde.BaseAddress}  (open it in a browser)");
                        Console.WriteLine($"Validator     {horde.ValidatorHotkey}");
                        Console.WriteLine(
                            string.Create(
                                CultureInfo.InvariantCulture,
                                $"Any hotkey may log in. Speed {parsed.GetValue(speed)}. Ctrl+C ends it."
                            )
                        );
                        await Ended.WaitAsync(parsed.GetValue(follow), cancellationToken);
                        return 0;
                    },
                    cancellationToken
                )
        );
        return command;
    }
}
