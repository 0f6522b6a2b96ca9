namespace ComputeHorde.Storage.Local.Http;

/// <summary>Azure's common and blob error codes, with their status and message: learn.microsoft.com, "Status and error codes".</summary>
internal static class Errors
{
    public static StorageError NotImplemented(string operation) =>
        new(501, "NotImplemented", $"{operation} is not implemented by this local storage.");

    public static StorageError AuthenticationFailed(string detail) =>
        new StorageError(
            403,
            "AuthenticationFailed",
            "Server failed to authenticate the request. "
                + "Make sure the value of Authorization header is formed correctly including the signature."
        ).WithDetail("AuthenticationErrorDetail", detail);

    public static StorageError NoAuthentication() =>
        new StorageError(
            401,
            "NoAuthenticationInformation",
            "Server failed to authenticate the request. Please refer to the information in the www-authenticate header."
        ).WithHeader("WWW-Authenticate", "SharedKey");

    public static StorageError InvalidAuthentication() =>
        new(
            400,
            "InvalidAuthenticationInfo",
            "Authentication information is not given in the correct format. Check the value of Authorization header."
        );

    public static StorageError NotAuthorized(string kind, string what) =>
        new(403, $"Authorization{kind}Mismatch", $"This request is not authorized to perform this operation using this {what}.");

    public static StorageError UnauthorizedBlobOverwrite() =>
        new(403, "UnauthorizedBlobOverwrite", "This request is not authorized to perform blob overwrites.");

    public static StorageError ResourceNotFound() => new(404, "ResourceNotFound", "The specified resource does not exist.");

    public static StorageError ContainerNotFound() => new(404, "ContainerNotFound", "The specified container does not exist.");

    public static StorageError ContainerAlreadyExists() => new(409, "ContainerAlreadyExists", "The specified container already exists.");

    public static StorageError BlobNotFound() => new(404, "BlobNotFound", "The specified blob does not exist.");

    public static StorageError BlobAlreadyExists() => new(409, "BlobAlreadyExists", "The specified blob already exists.");

    public static StorageError PublicAccessNotPermitted() =>
        new(409, "PublicAccessNotPermitted", "Public access is not permitted on this storage account.");

    public static StorageError ConditionNotMet(int status = 412) =>
        new(status, "ConditionNotMet", "The condition specified using HTTP conditional header(s) is not met.");

    public static StorageError UnsatisfiableCondition() =>
        new(400, "UnsatisfiableCondition", "The request includes an unsatisfiable condition for this operation.");

    public static StorageError MultipleConditions() =>
        new(400, "MultipleConditionHeadersNotSupported", "Multiple condition headers are not supported.");

    public static StorageError InvalidRange(long length) =>
        new StorageError(416, "InvalidRange", "The range specified is invalid for the current size of the resource.").WithHeader(
            "Content-Range",
            $"bytes */{length}"
        );

    public static StorageError InvalidHeader(string name, string value) =>
        new StorageError(400, "InvalidHeaderValue", "The value for one of the HTTP headers is not in the correct format.")
            .WithDetail("HeaderName", name)
            .WithDetail("HeaderValue", value);

    public static StorageError MissingHeader(string name) =>
        new StorageError(400, "MissingRequiredHeader", "An HTTP header that's mandatory for this request is not specified.").WithDetail(
            "HeaderName",
            name
        );

    public static StorageError InvalidParameter(string name, string value, string reason) =>
        new StorageError(
            400,
            "InvalidQueryParameterValue",
            "Value for one of the query parameters specified in the request URI is invalid."
        )
            .WithDetail("QueryParameterName", name)
            .WithDetail("QueryParameterValue", value)
            .WithDetail("Reason", reason);

    public static StorageError MissingParameter(string name) =>
        new StorageError(
            400,
            "MissingRequiredQueryParameter",
            "A query parameter that's mandatory for this request is not specified."
        ).WithDetail("QueryParameterName", name);

    public static StorageError ParameterOutOfRange(string name, string value, long minimum, long maximum) =>
        new StorageError(
            400,
            "OutOfRangeQueryParameterValue",
            "One of the query parameters specified in the request URI is outside the permissible range."
        )
            .WithDetail("QueryParameterName", name)
            .WithDetail("QueryParameterValue", value)
            .WithDetail("MinimumAllowed", minimum.ToString())
            .WithDetail("MaximumAllowed", maximum.ToString());

    public static StorageError InvalidName() => new(400, "InvalidResourceName", "The specified resource name contains invalid characters.");

    public static StorageError NameOutOfRange() =>
        new(400, "OutOfRangeInput", "The specified resource name length is not within the permissible limits.");

    public static StorageError InputOutOfRange() => new(400, "OutOfRangeInput", "One of the request inputs is out of range.");

    public static StorageError InvalidMetadata() =>
        new(400, "InvalidMetadata", "The metadata specified is invalid. It has characters that are not permitted.");

    public static StorageError MissingLength() => new(411, "MissingContentLengthHeader", "Content-Length HTTP header is not specified.");

    public static StorageError BodyTooLarge(long limit) =>
        new StorageError(413, "RequestBodyTooLarge", "The request body is too large and exceeds the maximum permissible limit.").WithDetail(
            "MaxLimit",
            limit.ToString()
        );

    public static StorageError InvalidXml() => new(400, "InvalidXmlDocument", "XML specified is not syntactically valid.");

    public static StorageError InvalidBlockList() => new(400, "InvalidBlockList", "The specified block list is invalid.");

    public static StorageError InvalidBlobOrBlock() => new(400, "InvalidBlobOrBlock", "The specified blob or block content is invalid.");

    public static StorageError InvalidMd5() =>
        new(400, "InvalidMd5", "The MD5 value specified in the request is invalid. The MD5 value must be 128 bits and Base64-encoded.");

    public static StorageError Md5Mismatch(string given, string calculated) =>
        new StorageError(
            400,
            "Md5Mismatch",
            "The MD5 value specified in the request did not match with the MD5 value calculated by the server."
        )
            .WithDetail("UserSpecifiedMd5", given)
            .WithDetail("ServerCalculatedMd5", calculated);

    public static StorageError Crc64Mismatch(string given, string calculated) =>
        new StorageError(
            400,
            "Crc64Mismatch",
            "The CRC64 value specified in the request did not match with the CRC64 value calculated by the server."
        )
            .WithDetail("UserSpecifiedCrc64", given)
            .WithDetail("ServerCalculatedCrc64", calculated);

    public static StorageError BothChecksums() =>
        new(400, "BothCrc64AndMd5HeaderPresent", "Both x-ms-content-crc64 header and Content-MD5 header are present.");

    public static StorageError CannotVerifyCopySource(int status, string message) => new(status, "CannotVerifyCopySource", message);

    public static StorageError Unavailable(string message) => new(503, "ServerBusy", message);
}
