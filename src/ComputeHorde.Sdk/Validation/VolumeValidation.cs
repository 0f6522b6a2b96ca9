using System.IO.Compression;

namespace ComputeHorde.Sdk;

/// <summary>Rules of input and output volumes (protocol 5.4, 5.5).</summary>
internal static class VolumeValidation
{
    public const string InputPrefix = "/volume/";
    public const string OutputPrefix = "/output/";

    public static void CheckInputs(ProblemList problems, OrderedDictionary<string, InputVolume> volumes)
    {
        if (volumes is null)
        {
            problems.Add("input_volumes", "must not be null.");
            return;
        }

        foreach (var (path, volume) in volumes)
        {
            var field = $"input_volumes[\"{path}\"]";
            CheckPath(problems, field, path, InputPrefix, mustBeFile: volume is HttpVolume);
            switch (volume)
            {
                case InlineVolume inline:
                    CheckZip(problems, $"{field}.contents", inline.Contents);
                    break;
                case HttpVolume http:
                    problems.Url($"{field}.url", http.Url);
                    break;
                case ZipUrlVolume zip:
                    problems.Url($"{field}.url", zip.Url);
                    break;
                case HuggingfaceVolume huggingface:
                    CheckHuggingface(problems, field, huggingface);
                    break;
                default:
                    problems.Add(field, "must not be null.");
                    break;
            }
        }
    }

    public static void CheckOutputs(ProblemList problems, OrderedDictionary<string, OutputVolume> volumes)
    {
        if (volumes is null)
        {
            problems.Add("output_volumes", "must not be null.");
            return;
        }

        foreach (var (path, volume) in volumes)
        {
            var field = $"output_volumes[\"{path}\"]";
            CheckPath(problems, field, path, OutputPrefix, mustBeFile: true);
            if (volume is not HttpOutputVolume http)
            {
                problems.Add(field, "must not be null.");
                continue;
            }

            if (http.HttpMethod is not (HttpOutputVolume.Put or HttpOutputVolume.Post))
            {
                problems.Add($"{field}.http_method", "must be PUT or POST.");
            }

            problems.Url($"{field}.url", http.Url);
            problems.Map($"{field}.form_fields", http.FormFields);
            problems.Map($"{field}.signed_headers", http.SignedHeaders);
            if (http.HttpMethod == HttpOutputVolume.Put && http.FormFields is { Count: > 0 })
            {
                problems.Add($"{field}.form_fields", "are only possible with POST.");
            }

            CheckHeaders(problems, $"{field}.signed_headers", http.SignedHeaders);
        }
    }

    private static void CheckPath(ProblemList problems, string field, string path, string prefix, bool mustBeFile)
    {
        problems.Text($"{field} (its path)", path);
        if (!path.StartsWith(prefix, StringComparison.Ordinal))
        {
            problems.Add(field, $"must be at a path that starts with {prefix}.");
        }
        else if (path.Split('/').Any(part => part is "." or ".."))
        {
            problems.Add(field, "must not have . or .. in its path.");
        }
        else if (mustBeFile && (path.Length == prefix.Length || path[^1] == '/'))
        {
            problems.Add(field, $"must name a file below {prefix}.");
        }
    }

    private static void CheckHuggingface(ProblemList problems, string field, HuggingfaceVolume volume)
    {
        problems.Text($"{field}.repo_id", volume.RepoId, required: true);
        if (volume.RepoType is not (null or "model" or "dataset" or "space"))
        {
            problems.Add($"{field}.repo_type", "must be model, dataset, space or null.");
        }

        problems.Text($"{field}.revision", volume.Revision);
        problems.Text($"{field}.token", volume.Token);
        var patterns = volume.AllowPatterns?.Patterns ?? [];
        for (var i = 0; i < patterns.Count; i++)
        {
            problems.Text($"{field}.allow_patterns[{i}]", patterns[i], required: true);
        }
    }

    private static void CheckHeaders(ProblemList problems, string field, OrderedDictionary<string, string>? headers)
    {
        foreach (var (name, value) in headers ?? [])
        {
            if (name.Length == 0 || name.Any(c => c is <= ' ' or > '~' or ':'))
            {
                problems.Add($"{field}[\"{name}\"]", "is not an HTTP header name.");
            }

            if (value?.AsSpan().IndexOfAny('\r', '\n') >= 0)
            {
                problems.Add($"{field}[\"{name}\"]", "must not contain a line break.");
            }
        }
    }

    /// <summary>An executor unpacks the contents; anything but a ZIP ends the job as a horde failure.</summary>
    private static void CheckZip(ProblemList problems, string field, string contents)
    {
        var bytes = new byte[(contents?.Length ?? 0) / 4 * 3 + 3];
        if (contents is null || !Convert.TryFromBase64String(contents, bytes, out var length) || contents.Any(char.IsWhiteSpace))
        {
            problems.Add(field, "must be standard base64 without line breaks.");
            return;
        }

        try
        {
            using var zip = new ZipArchive(new MemoryStream(bytes, 0, length), ZipArchiveMode.Read);
            _ = zip.Entries.Count;
        }
        catch (InvalidDataException)
        {
            problems.Add(field, "must be the base64 of a ZIP; InlineVolume.FromFileContents makes one.");
        }
    }
}
