using ComputeHorde.Storage.Local.Http;

namespace ComputeHorde.Storage.Local.Authorization;

/// <summary>Account shared access signatures: learn.microsoft.com, "Create an account SAS".</summary>
internal sealed class AccountSignature(Account account, TimeProvider time)
{
    /// <summary>Since this version the encryption scope is signed too.</summary>
    private const string WithEncryptionScope = "2020-12-06";

    public Grant Check(StorageRequest request, Operation operation, string signature)
    {
        var version = request.Field("sv");
        SignatureFields.CheckVersion(version);
        string[] lines =
        [
            account.Name,
            request.Field("sp"),
            request.Field("ss"),
            request.Field("srt"),
            request.Field("st"),
            request.Field("se"),
            request.Field("sip"),
            request.Field("spr"),
            version,
        ];
        if (string.CompareOrdinal(version, WithEncryptionScope) >= 0)
        {
            lines = [.. lines, request.Field("ses")];
        }

        SignatureFields.CheckSignature(account, signature, string.Join('\n', lines) + "\n");
        SignatureFields.CheckUse(request, time.GetUtcNow());
        if (!request.Field("ss").Contains(request.Kind == StorageKind.Blob ? 'b' : 'q'))
        {
            throw Errors.NotAuthorized("Service", "service");
        }

        var level = operation.Level switch
        {
            ResourceLevel.Service => 's',
            ResourceLevel.Container => 'c',
            _ => 'o',
        };
        return request.Field("srt").Contains(level)
            ? new Grant(request.Field("sp"), operation.Account)
            : throw Errors.NotAuthorized("ResourceType", "resource type");
    }
}
