using ComputeHorde.Emulator.Python;

namespace ComputeHorde.Emulator.Tests;

/// <summary>The vector files: from <c>COMPUTEHORDE_VECTORS</c> when set, else those beside the tests.</summary>
internal static class Vectors
{
    public static PyList Cases(string file)
    {
        string folder = Environment.GetEnvironmentVariable("COMPUTEHORDE_VECTORS") is { Length: > 0 } given
            ? given
            : Path.Combine(AppContext.BaseDirectory, "vectors");
        string path = Path.Combine(folder, file);
        Assert.SkipUnless(File.Exists(path), $"{path} is absent.");
        return (PyList)((PyDict)PyJsonParser.Parse(File.ReadAllBytes(path))!)["cases"]!;
    }
}
