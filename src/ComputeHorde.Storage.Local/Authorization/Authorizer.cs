using ComputeHorde.Storage.Local.Http;

namespace ComputeHorde.Storage.Local.Authorization;

/// <summary>Lets through what is signed with the account's key, by header or by a shared access signature, and nothing else.</summary>
internal sealed class Authorizer(Account account, TimeProvider time)
{
    private readonly SharedKey _sharedKey = new(account);
    private readonly AccountSignature _accountSignature = new(account, time);
    private readonly ServiceSignature _serviceSignature = new(account, time);

    /// <exception cref="StorageError">The request may not do that.</exception>
    public void Authorize(StorageRequest request, Operation operation)
    {
        if (request.Header("Authorization") is { } header)
        {
            CheckAccount(request);
            _sharedKey.Check(request, header);
            request.HasAccountKey = true;
        }
        else if (request.Parameter("sig") is { } signature)
        {
            CheckAccount(request);
            var isAccountSignature = request.Parameter("ss") is not null || request.Parameter("srt") is not null;
            Allow(
                request,
                operation,
                isAccountSignature
                    ? _accountSignature.Check(request, operation, signature)
                    : _serviceSignature.Check(request, operation, signature)
            );
        }
        else
        {
            throw Errors.NoAuthentication();
        }
    }

    private static void Allow(StorageRequest request, Operation operation, Grant grant)
    {
        if (!grant.Needed.Any(letter => grant.Given.Contains(letter)))
        {
            throw Errors.NotAuthorized("Permission", "permission");
        }

        // "Create" writes a blob that does not exist; it is the operation that knows whether it does.
        request.CreateOnly = operation.Level == ResourceLevel.Object && grant.Needed.Contains('c') && !grant.Given.Contains('w');
    }

    private void CheckAccount(StorageRequest request)
    {
        if (request.Account != account.Name)
        {
            throw Errors.ResourceNotFound();
        }
    }
}

/// <param name="Given">The permissions that a signature gives.</param>
/// <param name="Needed">Those of which the operation needs one.</param>
internal readonly record struct Grant(string Given, string Needed);
