using ComputeHorde.Durable.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Durable.LocalHost.Doctor;

/// <summary>Whether the app would start with the environment and local.settings.json as they are, against a real facilitator.</summary>
internal static class SettingsCheck
{
    public static Finding Run()
    {
        var configuration = LocalSettings.Load().Configuration;
        if (SettingText.Find(configuration, "ComputeHorde:FacilitatorUrl") is not { } facilitator)
        {
            return new(Level.Ok, "settings", "no facilitator is set: the commands start an emulator");
        }

        var services = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(configuration);
        services.AddComputeHordeDurable(configuration);
        using var provider = services.BuildServiceProvider();
        try
        {
            provider.GetService<IStartupValidator>()?.Validate();
            _ = provider.GetServices<IHostedService>().ToList();
            return new(Level.Ok, "settings", $"complete, for {facilitator}");
        }
        catch (Exception exception) when (exception is OptionsValidationException or AggregateException)
        {
            var failures = (exception as AggregateException)?.Flatten().InnerExceptions ?? (IEnumerable<Exception>)[exception];
            return new(
                Level.Optional,
                "settings",
                string.Join(
                    "; ",
                    failures.SelectMany(static failure =>
                        failure is OptionsValidationException options ? options.Failures : [failure.Message]
                    )
                )
            );
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Whatever keeps the app from starting is what the user wants to read here.
            return new(Level.Optional, "settings", exception.Message.ReplaceLineEndings(" "));
        }
    }
}
