using Azure;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;
using Microsoft.AspNetCore.Http;

namespace ComputeHorde.Durable.Http;

/// <summary>Reads <c>?continuation=</c> of a list of blobs.</summary>
internal static class ListPage
{
    private const string Parameter = "continuation";

    /// <summary>Gives the page that a request asks for.</summary>
    /// <param name="list">The list's name, by which <see cref="ListToken"/> tells its tokens.</param>
    /// <param name="read">Reads the page after a marker; null means the first.</param>
    /// <exception cref="ComputeHordeValidationException">The continuation is none that a page of this list has given.</exception>
    public static async Task<T> ReadAsync<T>(HttpRequest request, string list, Func<string?, Task<T>> read)
    {
        var token = request.Query[Parameter].ToString();
        var marker = token.Length == 0 ? null : ListToken.Read(list, token) ?? throw Unknown();
        try
        {
            return await read(marker);
        }
        catch (RequestFailedException exception) when (exception.Status == 400 && marker is not null)
        {
            throw Unknown();
        }
    }

    private static ComputeHordeValidationException Unknown() => new(Parameter, "is none that a page of this list has given.");
}
