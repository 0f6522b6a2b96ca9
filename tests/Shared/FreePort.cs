using System.Net;
using System.Net.Sockets;

namespace ComputeHorde.Testing;

/// <summary>
/// Ports for servers that go away and come back on the port they had. They lie below those that the kernel gives away, and those that
/// storages keep, so nobody gets one by chance meanwhile; and a locked file keeps each from the tests of other processes.
/// </summary>
internal static class FreePort
{
    private const int First = 16_000,
        Count = 4_000;

    private static readonly List<FileStream> Held = [];

    /// <summary>Takes a port until this process ends.</summary>
    public static int Take()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "computehorde-test-ports")).FullName;
        while (true)
        {
            var port = First + Random.Shared.Next(Count);
            try
            {
                var held = new FileStream(
                    Path.Combine(folder, $"{port}"),
                    FileMode.OpenOrCreate,
                    FileAccess.ReadWrite,
                    FileShare.None,
                    bufferSize: 0,
                    FileOptions.DeleteOnClose
                );
                lock (Held)
                {
                    Held.Add(held);
                }

                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or SocketException)
            {
                // Somebody has it.
            }
        }
    }
}
