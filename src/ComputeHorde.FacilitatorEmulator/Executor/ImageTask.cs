using System.Security.Cryptography;
using System.Text;
using ComputeHorde.Emulator.Python;

namespace ComputeHorde.Emulator.Executor;

/// <summary>What a pretend image gets to work on.</summary>
/// <param name="Image">The image's name without registry, tag and behaviour script.</param>
/// <param name="Args">The arguments.</param>
/// <param name="Env">The environment, without the emulator's own variables.</param>
/// <param name="Inputs">The files below <c>/volume/</c>.</param>
/// <param name="Cheats">True when the miner fakes the work.</param>
/// <param name="MinerSeed">Seed of the miner's numeric noise.</param>
internal sealed record ImageTask(
    string Image,
    IReadOnlyList<string> Args,
    PyDict Env,
    IReadOnlyList<InputFile> Inputs,
    bool Cheats,
    int MinerSeed
)
{
    /// <summary>
    /// SHA-256 of image, arguments, environment and inputs: equal on all honest miners, other on a cheating one.
    /// </summary>
    public byte[] Digest()
    {
        var inputs = new PyDict();
        foreach (InputFile file in Inputs.OrderBy(f => f.Path, StringComparer.Ordinal))
        {
            inputs[file.Path] = file.Sha256;
        }

        byte[] honest = SHA256.HashData(
            Encoding.UTF8.GetBytes(
                PyJsonWriter.DumpsSorted(
                    new PyDict
                    {
                        ["image"] = Image,
                        ["args"] = new PyList(Args),
                        ["env"] = Env,
                        ["inputs"] = inputs,
                    }
                )
            )
        );
        return Cheats ? SHA256.HashData(honest) : honest;
    }
}
