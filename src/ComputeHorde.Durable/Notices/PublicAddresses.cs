using System.Net;
using System.Net.Sockets;

namespace ComputeHorde.Durable.Notices;

/// <summary>
/// The addresses of the public internet, by the IANA registries of special-purpose addresses. Everything else could be a door into our own
/// network: a machine, the metadata service of a cloud, or a way to write one of those in another form.
/// </summary>
internal static class PublicAddresses
{
    private static readonly IPNetwork[] Special4 =
    [
        .. new[]
        {
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
            // Azure's own services for virtual machines; the address looks public and is not.
            "168.63.129.16/32",
        }.Select(static network => IPNetwork.Parse(network)),
    ];

    private static readonly IPNetwork Global6 = IPNetwork.Parse("2000::/3");

    /// <summary>Inside of <see cref="Global6"/>: protocol assignments (Teredo, ORCHID, benchmarks), documentation, 6to4.</summary>
    private static readonly IPNetwork[] Special6 =
    [
        .. new[] { "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20" }.Select(static network => IPNetwork.Parse(network)),
    ];

    /// <summary>Whether an address is one of the public internet.</summary>
    public static bool Contains(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return !Special4.Any(network => network.Contains(address));
        }

        // The same machine in another form. All other forms that hold an IPv4 address (NAT64, IPv4-compatible) lie outside of 2000::/3, but
        // for 6to4 and Teredo.
        return address.IsIPv4MappedToIPv6
            ? Contains(address.MapToIPv4())
            : address.ScopeId == 0 && Global6.Contains(address) && !Special6.Any(network => network.Contains(address));
    }

    /// <summary>Whether an address names its host by a number, in whatever form, that is not of the public internet.</summary>
    public static bool IsForbiddenLiteral(Uri address) => IPAddress.TryParse(address.DnsSafeHost, out var literal) && !Contains(literal);
}
