using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using ComputeHorde.Emulator.Python;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Emulator.Tests;

/// <summary>Serves inputs and takes uploads on loopback: any path below <c>/in/</c> is a small file, <c>.zip</c> an archive.</summary>
internal sealed class FileServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FileServer(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First() + "/");

    /// <summary>What was uploaded: path to method, headers and body.</summary>
    public ConcurrentDictionary<string, (string Method, IHeaderDictionary Headers, byte[] Body)> Uploads { get; } = new();

    /// <summary>Answers before success, by path: the statuses to give first.</summary>
    public ConcurrentDictionary<string, Queue<int>> Failures { get; } = new();

    public ConcurrentQueue<string> Requests { get; } = new();

    public static async Task<FileServer> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        WebApplication app = builder.Build();
        var server = new FileServer(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        return server;
    }

    /// <summary>Points all addresses of a job's volumes and uploads here.</summary>
    public void Redirect(PyDict job)
    {
        foreach (PyDict volume in (job.Get("volumes") as PyList ?? []).Cast<PyDict>())
        {
            switch (volume.GetText("volume_type"))
            {
                case "zip_url":
                    volume["contents"] = $"{Address}in/{Guid.NewGuid():N}.zip";
                    break;
                case "single_file":
                    volume["url"] = $"{Address}in/{Guid.NewGuid():N}";
                    break;
                case "inline":
                    volume["contents"] = Convert.ToBase64String(Zip("v.txt", "inline"));
                    break;
                case "huggingface_volume":
                    volume["volume_type"] = "single_file";
                    volume["url"] = $"{Address}in/{Guid.NewGuid():N}";
                    volume["relative_path"] ??= "model";
                    foreach (string key in volume.Keys.Except(["volume_type", "url", "relative_path"]).ToArray())
                    {
                        volume.Remove(key);
                    }

                    string relative = (string)volume["relative_path"]!;
                    volume.Remove("relative_path");
                    volume["relative_path"] = relative;
                    break;
            }
        }

        foreach (PyDict upload in (job.Get("uploads") as PyList ?? []).Cast<PyDict>())
        {
            upload["url"] = $"{Address}out/{Guid.NewGuid():N}";
        }
    }

    public static byte[] Zip(string name, string content)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create))
        {
            using var writer = new StreamWriter(zip.CreateEntry(name).Open());
            writer.Write(content);
        }

        return stream.ToArray();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        string path = http.Request.Path.Value!;
        Requests.Enqueue($"{http.Request.Method} {path}");
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        if (Failures.TryGetValue(path, out Queue<int>? failures) && failures.TryDequeue(out int status))
        {
            http.Response.StatusCode = status;
            return;
        }

        if (!HttpMethods.IsGet(http.Request.Method))
        {
            Uploads[path] = (http.Request.Method, new HeaderDictionary(http.Request.Headers.ToDictionary()), body.ToArray());
            http.Response.Headers.ETag = "\"abc\"";
            http.Response.StatusCode = 201;
            return;
        }

        if (path.StartsWith("/hf/api/", StringComparison.Ordinal))
        {
            http.Response.StatusCode = path.Contains("absent", StringComparison.Ordinal) ? 404 : 200;
            await http.Response.WriteAsync("{\"sha\":\"c0ffee\",\"siblings\":[{\"rfilename\":\"a.bin\"},{\"rfilename\":\"b.txt\"}]}");
            return;
        }

        await http.Response.Body.WriteAsync(
            path.EndsWith(".zip", StringComparison.Ordinal) ? Zip("z.txt", "zipped") : "content of a file"u8.ToArray()
        );
    }
}
