namespace ComputeHorde.Storage.Local.Http;

internal static class RequestBody
{
    /// <exception cref="StorageError">It is longer than the limit.</exception>
    public static async Task<byte[]> ReadAsync(StorageRequest request, int limit, CancellationToken cancellation)
    {
        if (request.ContentLength > limit)
        {
            throw Errors.BodyTooLarge(limit);
        }

        using var body = new MemoryStream();
        var buffer = new byte[16 << 10];
        for (int read; (read = await request.Body.ReadAsync(buffer, cancellation)) > 0;)
        {
            body.Write(buffer, 0, read);
            if (body.Length > limit)
            {
                throw Errors.BodyTooLarge(limit);
            }
        }

        return body.ToArray();
    }
}
