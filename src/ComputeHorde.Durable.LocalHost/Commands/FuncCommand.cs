using System.CommandLine;
using ComputeHorde.Durable.LocalHost.CoreTools;
using ComputeHorde.Emulator;
using ComputeHorde.Functions.Local;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Durable.LocalHost.Commands;

/// <summary><c>func</c>: the Functions app under Core Tools, with what it needs on this machine.</summary>
internal static class FuncCommand
{
    public static Command Create()
    {
        var port = new Option<int>("--port") { Description = "TCP port of the functions.", DefaultValueFactory = static _ => 7071 };
        var data = new Option<string>("--data") { Description = "Folder of Azurite.", DefaultValueFactory = static _ => ".computehorde" };
        var app = new Option<string?>("--app")
        {
            Description = "Folder of the Functions app: its project, or what was published. Default: src/ComputeHorde.Durable.Functions.",
        };
        var tools = new Option<string>("--core-tools")
        {
            Description = "The Core Tools program.",
            DefaultValueFactory = static _ => "func",
        };
        var emulatorPort = new Option<int>("--emulator-port")
        {
            Description = "TCP port of the ComputeHorde emulator; 0 takes a free one.",
            DefaultValueFactory = static _ => 8800,
        };
        var speed = new Option<double>("--speed")
        {
            Description = "How much faster than real time the emulator's jobs live.",
            DefaultValueFactory = static _ => 1,
        };
        var noStart = new Option<bool>("--no-start") { Description = "Start all but the app, for a debugger that starts it." };
        var follow = Ended.FollowStandardInput();
        var command = new Command(
            "func",
            "Runs the Functions app under Azure Functions Core Tools: starts Azurite and a ComputeHorde emulator, writes local.settings.json, builds, starts."
        )
        {
            port,
            data,
            app,
            tools,
            emulatorPort,
            speed,
            noStart,
            follow,
        };
        command.SetAction(
            (parsed, cancellationToken) =>
                Guard.RunAsync(
                    async () =>
                    {
                        var folder = FunctionsApp.Find(parsed.GetValue(app));
                        var coreTools = parsed.GetValue(noStart)
                            ? null
                            : await CoreToolsProgram.FindAsync(parsed.GetValue(tools)!, cancellationToken);
                        using var logs = LoggerFactory.Create(static logging => LogSetup.Plain(logging, LogLevel.Warning));
                        await using var azurite = await AzuriteServer.StartAsync(
                            new AzuriteOptions
                            {
                                DataDirectory = Path.Combine(Path.GetFullPath(parsed.GetValue(data)!), "azurite"),
                                PrefersDevelopmentPorts = true,
                                Progress = Console.WriteLine,
                            },
                            cancellationToken
                        );
                        await using var horde = await FacilitatorEmulator.StartAsync(
                            options =>
                            {
                                options.Port = parsed.GetValue(emulatorPort);
                                options.Speed = parsed.GetValue(speed);
                                options.LoggerFactory = logs;
                            },
                            cancellationToken
                        );
                        var storage = azurite.BlobEndpoint.Port == 10000 ? "UseDevelopmentStorage=true" : azurite.ConnectionString;
                        LocalSettingsFile.Write(folder.Folder, storage, horde);
                        Console.WriteLine($"Facilitator   {horde.BaseAddress}  (emulator; open it in a browser)");
                        Console.WriteLine($"Storage       {storage}  (Azurite)");
                        Console.WriteLine($"Settings      {Path.Combine(folder.Folder, LocalSettingsFile.Name)}");
                        if (coreTools is null)
                        {
                            Console.WriteLine("Ready. Start the app; Ctrl+C stops the rest.");
                            await Ended.WaitAsync(parsed.GetValue(follow), cancellationToken);
                            return 0;
                        }

                        var output = await folder.BuildAsync(cancellationToken);
                        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                        var ended = parsed.GetValue(follow)
                            ? Ended.WaitAsync(followStandardInput: true, cancellationToken)
                            : Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop.Token);
                        var running = coreTools.RunAsync(output, parsed.GetValue(port), stop.Token);
                        await Task.WhenAny(running, ended);
                        await stop.CancelAsync();
                        return await running;
                    },
                    cancellationToken
                )
        );
        return command;
    }
}
