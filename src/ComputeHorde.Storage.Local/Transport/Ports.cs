using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace ComputeHorde.Storage.Local.Transport;

/// <summary>
/// Finds ports to keep. They lie below those that systems give to outgoing connections, which would take one now and then.
/// </summary>
internal static class Ports
{
    private const int First = 20_000;
    private const int AfterLast = 32_000;
    private const int Tries = 200;

    public static int FindFree(int except)
    {
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var port = RandomNumberGenerator.GetInt32(First, AfterLast);
            if (port != except && IsFree(port))
            {
                return port;
            }
        }

        throw new LocalStorageException($"No free port was found from {First} to {AfterLast - 1}: set BlobPort and QueuePort.");
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
