namespace ComputeHorde.Durable.Azure.Tests.Infra;

/// <summary>A copy of <c>infra</c> that a test may spoil.</summary>
internal sealed class InfraCopy : IDisposable
{
    private static readonly (string Name, string Value)[] Defaults =
    [
        ("environmentName", "'dev'"),
        ("location", "'westeurope'"),
        ("deployerPrincipalId", $"'{InfraFixture.Deployer}'"),
        ("operatorPrincipalId", $"'{InfraFixture.Operator}'"),
    ];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("infra");

    public InfraCopy()
    {
        var source = Repository.Path("infra");
        foreach (var file in Directory.GetFiles(source, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(_folder.FullName, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    public string Folder => _folder.FullName;

    /// <summary>Replaces a text that has to be there.</summary>
    public void Spoil(string file, string text, string replacement)
    {
        var path = Path.Combine(Folder, file);
        var content = File.ReadAllText(path);
        Assert.Contains(text, content, StringComparison.Ordinal);
        File.WriteAllText(path, content.Replace(text, replacement, StringComparison.Ordinal));
    }

    /// <summary>The deployment to environment <c>dev</c>; a parameter given here replaces the one of the same name.</summary>
    public Task<Deployment> PredictAsync(params (string Name, string Value)[] parameters) =>
        Bicep.PredictAsync(Folder, [.. parameters.UnionBy(Defaults, static parameter => parameter.Name)]);

    public void Dispose() => _folder.Delete(recursive: true);
}
