using ComputeHorde.Storage.Local.Authorization;
using ComputeHorde.Storage.Local.Faults;
using Microsoft.Data.Sqlite;

namespace ComputeHorde.Storage.Local.Http;

/// <summary>
/// What every request goes through: names of the operation, authorization, the operation, and what all answers have in common.
/// </summary>
internal sealed class StorageService(Router router, Authorizer authorizer, FaultInjector faults, TimeProvider time)
{
    public const string DefaultVersion = "2026-06-06";

    public async Task<StorageResponse> AnswerAsync(StorageRequest request, CancellationToken cancellation)
    {
        var id = Guid.NewGuid().ToString();
        StorageResponse response;
        try
        {
            var operation = router.Find(request);
            authorizer.Authorize(request, operation);
            if (operation.Run is null)
            {
                throw Errors.NotImplemented(operation.Name);
            }

            var fault = await faults.BeforeAsync(request, cancellation);
            response = await operation.Run(request, cancellation);
            FaultInjector.After(fault, response);
        }
        catch (StorageError error)
        {
            response = Refuse(request, error, id);
        }
        catch (IOException failure) when (failure is not ConnectionLost)
        {
            // A disk that is full, above all: the request may succeed later.
            response = Refuse(request, Errors.Unavailable($"This local storage could not write or read a file: {failure.Message}"), id);
        }
        catch (SqliteException failure)
        {
            response = Refuse(request, Errors.Unavailable($"This local storage could not read: {failure.Message}"), id);
        }

        return response
            .With("x-ms-request-id", id)
            .With("x-ms-version", request.Header("x-ms-version") ?? DefaultVersion)
            .With("x-ms-client-request-id", request.Header("x-ms-client-request-id"))
            .With("Date", HttpDate.Format(time.GetUtcNow()));
    }

    private StorageResponse Refuse(StorageRequest request, StorageError error, string id)
    {
        var response = new StorageResponse(error.Status).With("x-ms-error-code", error.Code);
        foreach (var (name, value) in error.Headers)
        {
            response.With(name, value);
        }

        return request.Method == "HEAD" || error.Status == 304 ? response : response.WithXml(Body(error, id));
    }

    private byte[] Body(StorageError error, string id)
    {
        using var xml = new XmlBody();
        xml.Writer.WriteStartElement("Error");
        xml.Writer.WriteElementString("Code", error.Code);
        xml.Writer.WriteElementString("Message", $"{error.Message}\nRequestId:{id}\nTime:{time.GetUtcNow():O}");
        foreach (var (name, value) in error.Details)
        {
            xml.Writer.WriteElementString(name, XmlBody.Printable(value));
        }

        xml.Writer.WriteEndElement();
        return xml.ToBytes();
    }
}
