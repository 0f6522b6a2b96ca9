using System.CommandLine;
using ComputeHorde.Durable.LocalHost.Demo;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Durable.LocalHost.Commands;

/// <summary><c>demo</c>: the main job from end to end, on this machine.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var data = new Option<string?>("--data")
        {
            Description = "Folder to keep the task hub and the storage in. Default: a temporary folder, removed at the end.",
        };
        var plain = new Option<bool>("--plain")
        {
            Description = "Plain lines instead of a live table; the default when the output is not a terminal.",
        };
        var fallback = new Option<bool>("--fallback")
        {
            Description =
                "Show a job that goes to another cloud because ComputeHorde has no room for it, with an emulated RunPod that really runs it.",
        };
        var verbose = new Option<bool>("--verbose") { Description = "Show the log." };
        var command = new Command(
            "demo",
            "Starts a storage, a ComputeHorde emulator and the functions, runs a job to completion through them, and checks everything it claims."
        )
        {
            data,
            plain,
            fallback,
            verbose,
        };
        command.SetAction(
            (parsed, cancellationToken) =>
                Guard.RunAsync(
                    async () =>
                    {
                        using var folder = DataFolder.Open(parsed.GetValue(data));
                        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
                        LocalSettings.SetPolling(settings, 0.25);
                        LocalSettings.Load().AddDefaults(settings, 0.25);
                        var view = DemoView.Create(parsed.GetValue(plain) || Console.IsOutputRedirected);
                        await using var stack = await LocalStack.StartAsync(
                            new LocalStackOptions
                            {
                                DataDirectory = folder.Path,
                                Port = 0,
                                Settings = settings,
                                WithCloud = parsed.GetValue(fallback),
                                ConfigureEmulator = static emulator => emulator.Speed = 2,
                                ConfigureLogging = logging =>
                                    LogSetup.Plain(logging, parsed.GetValue(verbose) ? LogLevel.Debug : LogLevel.Error),
                            },
                            view.Step,
                            cancellationToken
                        );
                        var passed = parsed.GetValue(fallback)
                            ? await new FallbackDemo(stack, view).RunAsync(cancellationToken)
                            : await new DemoRun(stack, view).RunAsync(cancellationToken);
                        return passed ? 0 : 1;
                    },
                    cancellationToken
                )
        );
        return command;
    }
}
