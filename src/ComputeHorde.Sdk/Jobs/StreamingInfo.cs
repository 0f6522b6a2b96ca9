namespace ComputeHorde.Sdk;

/// <summary>How to reach a streaming job's server; see <see cref="StreamingCertificate.CreateHttpClient"/>.</summary>
/// <param name="ClientCertificate">PEM certificate the server asks for: the one the job was created with.</param>
/// <param name="ServerCertificate">PEM certificate of the server; empty until it is ready.</param>
/// <param name="Address">Host of the server; empty until it is ready.</param>
/// <param name="Port">Port of the server; 0 until it is ready.</param>
public sealed record StreamingInfo(string ClientCertificate, string ServerCertificate, string Address, int Port)
{
    /// <summary>True once address, port and certificate are known.</summary>
    public bool IsReady => Address.Length > 0 && Port > 0 && ServerCertificate.Length > 0;
}
