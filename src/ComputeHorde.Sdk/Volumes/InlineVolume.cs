using System.IO.Compression;
using System.Text.Json.Nodes;

namespace ComputeHorde.Sdk;

/// <summary>
/// Files that travel inside the request, as a base64 ZIP that is unpacked into the mount path: mount path <c>/volume/data</c> and file
/// <c>v.txt</c> give <c>/volume/data/v.txt</c>. The whole request must stay under 2,621,440 bytes, so about 1.9 MB of ZIP.
/// </summary>
/// <param name="Contents">Base64 of a ZIP; <see cref="FromFile"/> and the others make it.</param>
public sealed record InlineVolume(string Contents) : InputVolume
{
    /// <summary>A volume with one file from disk, under its own name.</summary>
    /// <param name="path">The file to read.</param>
    /// <param name="compress">True to deflate; default false.</param>
    /// <returns>The volume.</returns>
    public static InlineVolume FromFile(string path, bool compress = false) => FromFiles([path], compress);

    /// <summary>A volume with several files from disk, each under its own name.</summary>
    /// <param name="paths">The files to read; their names must differ.</param>
    /// <param name="compress">True to deflate; default false.</param>
    /// <returns>The volume.</returns>
    public static InlineVolume FromFiles(IEnumerable<string> paths, bool compress = false) =>
        FromFileContents(paths.Select(path => KeyValuePair.Create(Path.GetFileName(path), File.ReadAllBytes(path))), compress);

    /// <summary>A volume with one file.</summary>
    /// <param name="fileName">Name in the volume; may hold folders separated by <c>/</c>.</param>
    /// <param name="contents">The file's bytes.</param>
    /// <param name="compress">True to deflate; default false.</param>
    /// <returns>The volume.</returns>
    public static InlineVolume FromFileContents(string fileName, byte[] contents, bool compress = false) =>
        FromFileContents([KeyValuePair.Create(fileName, contents)], compress);

    /// <summary>A volume with several files.</summary>
    /// <param name="files">Names in the volume (folders separated by <c>/</c>) and bytes.</param>
    /// <param name="compress">True to deflate; default false.</param>
    /// <returns>The volume.</returns>
    /// <exception cref="ComputeHordeValidationException">A name is empty, absolute, leaves the volume, or comes twice.</exception>
    public static InlineVolume FromFileContents(IEnumerable<KeyValuePair<string, byte[]>> files, bool compress = false)
    {
        using var buffer = new MemoryStream();
        using (var zip = new ZipArchive(buffer, ZipArchiveMode.Create, leaveOpen: true))
        {
            var names = new HashSet<string>(StringComparer.Ordinal);
            foreach (var (name, bytes) in files)
            {
                if (
                    string.IsNullOrEmpty(name)
                    || name[0] == '/'
                    || name.Contains('\\')
                    || name.Split('/').Any(part => part is "" or "." or "..")
                )
                {
                    throw new ComputeHordeValidationException("files", $"'{name}' is not a relative file name.");
                }

                if (!names.Add(name))
                {
                    throw new ComputeHordeValidationException("files", $"'{name}' comes twice.");
                }

                var entry = zip.CreateEntry(name, compress ? CompressionLevel.Optimal : CompressionLevel.NoCompression);
                // One volume from the same files is always the same text, so that a repeated request signs the same bytes.
                entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
                using var stream = entry.Open();
                stream.Write(bytes);
            }
        }

        return new InlineVolume(Convert.ToBase64String(buffer.GetBuffer(), 0, (int)buffer.Length));
    }

    internal override JsonObject ToWire(string relativePath) =>
        new()
        {
            ["volume_type"] = "inline",
            ["contents"] = Contents,
            ["relative_path"] = relativePath,
        };

    /// <summary>The size; never the contents.</summary>
    /// <returns>A short description.</returns>
    public override string ToString() => $"InlineVolume of {Contents.Length} base64 characters";
}
