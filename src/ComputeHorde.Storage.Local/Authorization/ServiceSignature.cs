using ComputeHorde.Storage.Local.Http;

namespace ComputeHorde.Storage.Local.Authorization;

/// <summary>Shared access signatures of a container, a blob or a queue: learn.microsoft.com, "Create a service SAS".</summary>
internal sealed class ServiceSignature(Account account, TimeProvider time)
{
    /// <summary>Since this version the resource and the snapshot are signed too.</summary>
    private const string WithResource = "2018-11-09";

    /// <summary>Since this version the encryption scope is signed too.</summary>
    private const string WithEncryptionScope = "2020-12-06";

    public Grant Check(StorageRequest request, Operation operation, string signature)
    {
        if (request.Parameter("skoid") is not null)
        {
            throw Errors.AuthenticationFailed("This local storage has no identities, and so no user delegation.");
        }

        if (request.Parameter("si") is not null)
        {
            throw Errors.NotImplemented("A stored access policy (si)");
        }

        var version = request.Field("sv");
        SignatureFields.CheckVersion(version);
        var text = request.Kind == StorageKind.Blob ? BlobText(request, version) : QueueText(request, version);
        SignatureFields.CheckSignature(account, signature, text);
        SignatureFields.CheckUse(request, time.GetUtcNow());
        return new Grant(request.Field("sp"), operation.Service);
    }

    private string QueueText(StorageRequest request, string version) =>
        string.Join(
            '\n',
            request.Field("sp"),
            request.Field("st"),
            request.Field("se"),
            $"/queue/{account.Name}/{request.Scope}",
            "",
            request.Field("sip"),
            request.Field("spr"),
            version
        );

    private string BlobText(StorageRequest request, string version)
    {
        var resource = request.Field("sr") switch
        {
            "b" when request.Name is not null => $"/blob/{account.Name}/{request.Scope}/{request.Name}",
            "c" => $"/blob/{account.Name}/{request.Scope}",
            "b" => throw Errors.NotAuthorized("ResourceType", "resource type"),
            var other => throw Errors.AuthenticationFailed($"sr is '{XmlBody.Printable(other)}'; this local storage takes b and c."),
        };
        List<string> lines =
        [
            request.Field("sp"),
            request.Field("st"),
            request.Field("se"),
            resource,
            "",
            request.Field("sip"),
            request.Field("spr"),
            version,
        ];
        if (string.CompareOrdinal(version, WithResource) >= 0)
        {
            lines.AddRange([request.Field("sr"), request.Field("snapshot")]);
        }

        if (string.CompareOrdinal(version, WithEncryptionScope) >= 0)
        {
            lines.Add(request.Field("ses"));
        }

        lines.AddRange([request.Field("rscc"), request.Field("rscd"), request.Field("rsce"), request.Field("rscl"), request.Field("rsct")]);
        return string.Join('\n', lines);
    }
}
