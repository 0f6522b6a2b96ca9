using System.Net;
using System.Net.Sockets;

namespace ComputeHorde.Durable.LocalHost.Tests;

public sealed class DoctorTests
{
    [Fact]
    public async Task Doctor_OnAMachineThatBuildsThis_FindsNothingMissing()
    {
        await using var host = HostProcess.Start(["doctor"]);

        Assert.Equal(0, await host.WaitForExitAsync());
        Assert.All(
            ["runtime", "sdk", "node", "func", "port 7071", "port 10000", "settings"],
            what => Assert.Single(host.Output, line => line.Length > 9 && line[9..].StartsWith(what + " ", StringComparison.Ordinal))
        );
        Assert.DoesNotContain(host.Output, static line => line.StartsWith("missing", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Doctor_WithSettingsThatCannotWork_NamesEveryFault()
    {
        await using var host = HostProcess.Start(
            ["doctor"],
            new Dictionary<string, string?>
            {
                ["ComputeHorde__FacilitatorUrl"] = "https://facilitator.test/",
                ["ComputeHorde__HotkeySecret"] = "//Alice",
                ["ComputeHorde__PollIntervalSeconds"] = "-1",
                ["ComputeHorde__MaxRetries"] = "-1",
            }
        );

        await host.WaitForExitAsync();

        var line = Assert.Single(host.Output, static line => line.StartsWith("optional settings", StringComparison.Ordinal));
        Assert.Contains("PollIntervalSeconds", line, StringComparison.Ordinal);
        Assert.Contains("MaxRetries", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_WithAPortInUse_SaysWhoNeedsIt()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 8800);
        try
        {
            listener.Start();
        }
        catch (SocketException)
        {
            // Somebody else has it: just as well.
        }

        await using var host = HostProcess.Start(["doctor"]);
        await host.WaitForExitAsync();

        Assert.Contains(
            host.Output,
            static line =>
                line.StartsWith("optional port 8800", StringComparison.Ordinal) && line.Contains("emulator", StringComparison.Ordinal)
        );
    }
}
