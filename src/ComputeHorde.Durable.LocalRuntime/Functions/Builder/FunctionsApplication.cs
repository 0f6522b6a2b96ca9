using ComputeHorde.Durable.LocalRuntime;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>The entry point of a functions application.</summary>
public class FunctionsApplication
{
    /// <summary>Creates the application.</summary>
    public FunctionsApplication()
    {
    }

    /// <summary>Starts building an application from the functions of the entry assembly and of those it refers to,
    /// with host.json and local.settings.json from the current or the program's directory.</summary>
    /// <param name="args">The command line, as configuration.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="LocalRuntimeException">A settings file cannot be read.</exception>
    public static FunctionsApplicationBuilder CreateBuilder(string[] args) =>
        new(LocalFunctionsHostOptions.ForEntryAssembly(), args);
}
