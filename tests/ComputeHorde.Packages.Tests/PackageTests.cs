using System.IO.Compression;
using System.Xml.Linq;
using ComputeHorde.Emulator;

namespace ComputeHorde.Packages.Tests;

public sealed class PackageTests(PackedAndInstalled installed) : IClassFixture<PackedAndInstalled>
{
    public static TheoryData<string> Names => [.. Package.All.Select(package => package.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task FirstExample_WithThePackageInstalled_DoesWhatTheReadmeSays(string name)
    {
        var package = Package.All.Single(each => each.Name == name);
        await using var horde = await FacilitatorEmulator.StartAsync(options => options.Speed = 100);
        var output = await installed.RunAsync(
            package,
            ("COMPUTEHORDE_FACILITATOR_URL", horde.BaseAddress.ToString()),
            ("COMPUTEHORDE_VALIDATOR_HOTKEY", horde.ValidatorHotkey)
        );
        Assert.NotEqual("", output.Trim());
        if (package.Output is not null)
        {
            Assert.Equal(package.Output, output, ignoreLineEndingDifferences: true);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Package_OfAProject_HoldsReadmeDocumentationAndLicence(string name)
    {
        var package = Package.All.Single(each => each.Name == name);
        using var archive = ZipFile.OpenRead(Path.Combine(installed.Packages, PackedAndInstalled.FileOf(package) + ".nupkg"));
        var entries = archive.Entries.Select(entry => entry.FullName).ToHashSet(StringComparer.Ordinal);
        Assert.Superset(new HashSet<string> { "README.md", $"lib/net10.0/{name}.dll", $"lib/net10.0/{name}.xml" }, entries);

        using var nuspec = archive.GetEntry($"{name}.nuspec")!.Open();
        var metadata = XDocument.Load(nuspec).Root!.Elements().Single();
        Assert.Equal("MIT", Text("license"));
        Assert.Equal("README.md", Text("readme"));
        Assert.NotEmpty(Text("description"));
        Assert.Equal("git", metadata.Elements().Single(element => element.Name.LocalName == "repository").Attribute("type")?.Value);

        string Text(string element) => metadata.Elements().Single(each => each.Name.LocalName == element).Value;
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Symbols_OfAPackage_AreAPackageOfTheirOwn(string name)
    {
        var package = Package.All.Single(each => each.Name == name);
        using var archive = ZipFile.OpenRead(Path.Combine(installed.Packages, PackedAndInstalled.FileOf(package) + ".snupkg"));
        Assert.Contains(archive.Entries, entry => entry.FullName == $"lib/net10.0/{name}.pdb");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void PublicApi_OfAPackage_IsListed(string name)
    {
        var folder = Path.GetDirectoryName(Package.All.Single(each => each.Name == name).Project)!;
        var listed = File.ReadAllLines(Path.Combine(folder, "PublicAPI.Shipped.txt"))
            .Concat(File.ReadAllLines(Path.Combine(folder, "PublicAPI.Unshipped.txt")));
        Assert.Contains(listed, line => line.StartsWith(name, StringComparison.Ordinal));
    }
}
