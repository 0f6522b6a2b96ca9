namespace ComputeHorde.Storage.Local.Tests.Differential;

/// <summary>
/// What is sent to Azurite and to our storage. <c>{etag}</c>, <c>{receipt}</c> and <c>{id}</c> are those of the last answer that had one;
/// <c>{sas:…}</c> is a signature. Containers and queues are new for each scenario.
/// </summary>
internal static class Scenarios
{
    private const string Put = "PUT blob /{box}/a | x-ms-blob-type: BlockBlob";
    private const string Old = "Mon, 01 Jan 2018 00:00:00 GMT";
    private const string Future = "Mon, 01 Jan 2120 00:00:00 GMT";
    private const string B1 = "QUFBQQ%3D%3D";
    private const string B2 = "QkJCQg%3D%3D";
    private const string B3 = "Q0NDQw%3D%3D";
    private const string New = "PUT blob /{box}?restype=container";

    public static readonly IReadOnlyDictionary<string, string[]> All = new Dictionary<string, string[]>
    {
        ["container"] =
        [
            "GET blob /{box}?restype=container", "HEAD blob /{box}?restype=container", "DELETE blob /{box}?restype=container",
            "PUT blob /{box}?restype=container | x-ms-meta-Key: Value", "PUT blob /{box}?restype=container", "GET blob /{box}?restype=container",
            "HEAD blob /{box}?restype=container", "GET blob /{box}?restype=container&comp=metadata",
            "PUT blob /{box}?restype=container&comp=metadata | x-ms-meta-other: 2", "GET blob /{box}?restype=container",
            $"PUT blob /{{box}}?restype=container&comp=metadata | If-Modified-Since: {Future}", $"DELETE blob /{{box}}?restype=container | If-Unmodified-Since: {Old}",
            "PUT blob /{box}?restype=container&comp=metadata | x-ms-meta-1bad: 2", "DELETE blob /{box}?restype=container", "DELETE blob /{box}?restype=container",
            "PUT blob /{box}?restype=container&comp=metadata", "GET blob /{box}?restype=container&comp=list", "PUT blob /{box}/a | x-ms-blob-type: BlockBlob << x",
            "GET blob /{box}/a", "HEAD blob /{box}/a", "DELETE blob /{box}/a", "PUT blob /{box}/a?comp=metadata", "PUT blob /{box}/a?comp=properties",
        ],
        ["container names"] =
        [
            "PUT blob /ab?restype=container", "PUT blob /Abc?restype=container", "PUT blob /a--b?restype=container", "PUT blob /-ab?restype=container",
            "PUT blob /ab-?restype=container", "PUT blob /a_b?restype=container",
            "PUT blob /aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg?restype=container",
        ],
        ["containers listed"] =
        [
            "PUT blob /{box}-1?restype=container | x-ms-meta-a: b", "PUT blob /{box}-2?restype=container", "PUT blob /{box}-3?restype=container",
            "GET blob /?comp=list&prefix={box}", "GET blob /?comp=list&prefix={box}&maxresults=2", "GET blob /?comp=list&prefix={box}&marker={box}-1",
            "GET blob /?comp=list&prefix={box}&include=metadata", "GET blob /?comp=list&prefix={box}&maxresults=0", "GET blob /?comp=list&prefix={box}&maxresults=x",
            "GET blob /?comp=list&prefix=zzz{box}",
        ],
        ["blob"] =
        [
            New, Put + " << hello", Put + " << again", "GET blob /{box}/a", "HEAD blob /{box}/a", "GET blob /{box}/a?comp=metadata", "HEAD blob /{box}/a?comp=metadata",
            Put + " | Content-Type: text/plain | x-ms-meta-Some: Thing | x-ms-blob-cache-control: no-cache | x-ms-blob-content-encoding: identity"
                + " | x-ms-blob-content-language: en | x-ms-blob-content-disposition: inline << 0123456789",
            "GET blob /{box}/a", "HEAD blob /{box}/a", Put + " | x-ms-blob-content-type: a/b | Content-Type: c/d << x", "HEAD blob /{box}/a", Put, "GET blob /{box}/a",
            "HEAD blob /{box}/a", "DELETE blob /{box}/a", "DELETE blob /{box}/a", "GET blob /{box}/a", "HEAD blob /{box}/a", "GET blob /{box}/a?comp=metadata",
            "GET blob /{box}/a?comp=blocklist", "PUT blob /{box}/a?comp=metadata", "PUT blob /{box}/a?comp=properties",
        ],
        ["ranges"] =
        [
            New, Put + " << 0123456789", "GET blob /{box}/a | Range: bytes=0-0", "GET blob /{box}/a | Range: bytes=2-5", "GET blob /{box}/a | x-ms-range: bytes=2-5",
            "GET blob /{box}/a | x-ms-range: bytes=1-1 | Range: bytes=2-5", "GET blob /{box}/a | Range: bytes=8-20", "GET blob /{box}/a | Range: bytes=8-",
            "GET blob /{box}/a | Range: bytes=0-9", "GET blob /{box}/a | Range: bytes=10-12", "GET blob /{box}/a | Range: bytes=100-",
            "GET blob /{box}/a | Range: bytes=1-3 | x-ms-range-get-content-md5: true", "GET blob /{box}/a | Range: bytes=0--1",
            Put, "GET blob /{box}/a | Range: bytes=0-0", "GET blob /{box}/a | Range: bytes=0-",
        ],
        ["metadata and properties"] =
        [
            New, Put + " | x-ms-meta-a: 1 << text", "PUT blob /{box}/a?comp=metadata | x-ms-meta-B: 2 | x-ms-meta-c: x y", "GET blob /{box}/a?comp=metadata",
            "PUT blob /{box}/a?comp=metadata", "HEAD blob /{box}/a", "PUT blob /{box}/a?comp=metadata | x-ms-meta-bad-name: 1", Put + " | x-ms-meta-2a: 1 << text",
            "PUT blob /{box}/a?comp=properties | x-ms-blob-content-type: x/y | x-ms-blob-content-md5: CY9rzUYh03PK3k6DJie09g== | x-ms-blob-content-language: de",
            "HEAD blob /{box}/a", "PUT blob /{box}/a?comp=properties", "HEAD blob /{box}/a", "GET blob /{box}/a", "PUT blob /{box}/nothing?comp=metadata",
            "PUT blob /{box}/nothing?comp=properties",
        ],
        ["conditions of reads"] =
        [
            New, Put + " << text", "GET blob /{box}/a | If-Match: {etag}", "GET blob /{box}/a | If-Match: *", "GET blob /{box}/a | If-Match: \"0x1\"",
            "GET blob /{box}/a | If-None-Match: {etag}", "HEAD blob /{box}/a | If-None-Match: {etag}", "GET blob /{box}/a | If-None-Match: \"0x1\"",
            "GET blob /{box}/a | If-None-Match: *", $"GET blob /{{box}}/a | If-Modified-Since: {Old}", $"GET blob /{{box}}/a | If-Modified-Since: {Future}",
            $"GET blob /{{box}}/a | If-Unmodified-Since: {Old}", $"GET blob /{{box}}/a | If-Unmodified-Since: {Future}",
            $"HEAD blob /{{box}}/a | If-Unmodified-Since: {Old}", $"GET blob /{{box}}/a | If-None-Match: {{etag}} | If-Modified-Since: {Old}",
            $"GET blob /{{box}}/a | If-Match: {{etag}} | If-Unmodified-Since: {Old}", "GET blob /{box}/nothing | If-None-Match: \"0x1\"",
        ],
        ["conditions of writes"] =
        [
            New, Put + " | If-Match: * << x", Put + " | If-None-Match: * << x", Put + " | If-None-Match: * << y", Put + " | If-None-Match: {etag} << y",
            Put + " | If-None-Match: \"0x1\" << y", Put + " | If-Match: {etag} << z", Put + " | If-Match: \"0x1\" << z", Put + " | If-Match: * << z",
            Put + $" | If-Modified-Since: {Old} << z", Put + $" | If-Modified-Since: {Future} << z", Put + $" | If-Unmodified-Since: {Old} << z",
            Put + $" | If-Unmodified-Since: {Future} << z", "PUT blob /{box}/a?comp=metadata | If-Match: \"0x1\"", "PUT blob /{box}/a?comp=metadata | If-Match: {etag}",
            "PUT blob /{box}/a?comp=properties | If-Match: \"0x1\"", $"PUT blob /{{box}}/a?comp=properties | If-Unmodified-Since: {Old}",
            "DELETE blob /{box}/a | If-Match: \"0x1\"", "DELETE blob /{box}/a | If-None-Match: {etag}", $"DELETE blob /{{box}}/a | If-Modified-Since: {Future}",
            $"DELETE blob /{{box}}/a | If-Unmodified-Since: {Old}", "DELETE blob /{box}/a | If-Match: *", Put + " | If-Match: {etag} | If-None-Match: * << z",
            Put + $" | If-None-Match: * | If-Modified-Since: {Old} << z", Put + $" | If-Match: \"0x1\" | If-Modified-Since: {Old} << z",
        ],
        ["checksums"] =
        [
            New, Put + " | Content-MD5: XUFAKrxLKna5cZ2REBfFkg== << hello", Put + " | Content-MD5: XUFAKrxLKna5cZ2REBfFkQ== << hello",
            Put + " | Content-MD5: AAAA << hello", Put + " | x-ms-blob-content-md5: XUFAKrxLKna5cZ2REBfFkg== << hello",
            "PUT blob /{box}/b?comp=block&blockid=" + B1 + " | Content-MD5: XUFAKrxLKna5cZ2REBfFkg== << hello",
            "PUT blob /{box}/b?comp=block&blockid=" + B1 + " | Content-MD5: XUFAKrxLKna5cZ2REBfFkQ== << hello",
        ],
        ["blocks"] =
        [
            New, $"PUT blob /{{box}}/a?comp=block&blockid={B1} << one", $"PUT blob /{{box}}/a?comp=block&blockid={B2} << two", "GET blob /{box}/a", "HEAD blob /{box}/a",
            "GET blob /{box}/a?comp=blocklist&blocklisttype=all", "GET blob /{box}/a?comp=blocklist&blocklisttype=uncommitted", "GET blob /{box}/a?comp=blocklist&blocklisttype=committed",
            $"PUT blob /{{box}}/a?comp=block&blockid={B1} << ONE", "GET blob /{box}/a?comp=blocklist&blocklisttype=uncommitted",
            $"PUT blob /{{box}}/a?comp=blocklist | x-ms-blob-content-type: t/u | x-ms-meta-m: 1 << <?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList><Uncommitted>QUFBQQ==</Uncommitted><Latest>QkJCQg==</Latest></BlockList>",
            "GET blob /{box}/a", "HEAD blob /{box}/a", "GET blob /{box}/a?comp=blocklist&blocklisttype=all", "GET blob /{box}/a | Range: bytes=2-3",
            $"PUT blob /{{box}}/a?comp=block&blockid={B3} << 3", $"PUT blob /{{box}}/a?comp=block&blockid={B2} << 22",
            $"PUT blob /{{box}}/a?comp=blocklist << <?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList><Latest>Q0NDQw==</Latest><Committed>QkJCQg==</Committed><Committed>QUFBQQ==</Committed></BlockList>",
            "GET blob /{box}/a", "GET blob /{box}/a?comp=blocklist&blocklisttype=all",
            $"PUT blob /{{box}}/a?comp=blocklist << <?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList><Uncommitted>Q0NDQw==</Uncommitted></BlockList>",
            "PUT blob /{box}/a?comp=blocklist << <?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList><Latest>RERERA==</Latest></BlockList>",
            "PUT blob /{box}/a?comp=blocklist << <BlockList>", "PUT blob /{box}/a?comp=block&blockid=%21%21 << x", "PUT blob /{box}/a?comp=block << x",
            $"PUT blob /{{box}}/b?comp=block&blockid={B1} << x", "PUT blob /{box}/b?comp=block&blockid=QUE%3D << x",
            "PUT blob /{box}/a?comp=blocklist << <?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList></BlockList>", "GET blob /{box}/a",
            "GET blob /{box}/nothing?comp=blocklist", $"PUT blob /nothing-here/a?comp=block&blockid={B1} << one",
        ],
        ["block list conditions"] =
        [
            New, Put + " << text", "PUT blob /{box}/a?comp=blocklist | If-None-Match: * << <?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList></BlockList>",
            "PUT blob /{box}/a?comp=blocklist | If-Match: \"0x1\" << <?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList></BlockList>",
            "PUT blob /{box}/a?comp=blocklist | If-Match: {etag} << <?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList></BlockList>",
            $"PUT blob /{{box}}/a?comp=block&blockid={B1} << x", Put + " << whole", "GET blob /{box}/a?comp=blocklist&blocklisttype=all",
            $"PUT blob /{{box}}/a?comp=blocklist << <?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList><Latest>QUFBQQ==</Latest></BlockList>",
        ],
        ["listing"] =
        [
            New, "PUT blob /{box}/a | x-ms-blob-type: BlockBlob | x-ms-meta-k: v | Content-Type: text/plain << 1", "PUT blob /{box}/b/1 | x-ms-blob-type: BlockBlob << 22",
            "PUT blob /{box}/b/2 | x-ms-blob-type: BlockBlob << 333", "PUT blob /{box}/c%20d%26%C3%BC | x-ms-blob-type: BlockBlob << 4444",
            $"PUT blob /{{box}}/waiting?comp=block&blockid={B1} << x", "GET blob /{box}?restype=container&comp=list", "GET blob /{box}?restype=container&comp=list&prefix=b",
            "GET blob /{box}?restype=container&comp=list&prefix=zz", "GET blob /{box}?restype=container&comp=list&include=metadata",
            "GET blob /{box}?restype=container&comp=list&maxresults=2", "GET blob /{box}?restype=container&comp=list&maxresults=2&marker=b%2F1",
            "GET blob /{box}?restype=container&comp=list&delimiter=%2F", "GET blob /{box}?restype=container&comp=list&delimiter=%2F&prefix=b%2F",
            "GET blob /{box}?restype=container&comp=list&delimiter=%2F&maxresults=2", "GET blob /{box}?restype=container&comp=list&delimiter=%2F&marker=b%2F",
            "GET blob /{box}?restype=container&comp=list&maxresults=0", "GET blob /{box}?restype=container&comp=list&maxresults=-1",
        ],
        ["copy"] =
        [
            New, Put + " | x-ms-meta-k: v | Content-Type: text/plain << source", "PUT blob /{box}/b | x-ms-copy-source: {base}/{box}/a", "GET blob /{box}/b", "HEAD blob /{box}/b",
            "PUT blob /{box}/b | x-ms-copy-source: {base}/{box}/a | x-ms-meta-new: 1", "GET blob /{box}/b?comp=metadata", "PUT blob /{box}/b | x-ms-copy-source: {base}/{box}/nothing",
            "PUT blob /{box}/b | x-ms-copy-source: {base}/{box}/a | If-None-Match: *", "PUT blob /{box}/c | x-ms-copy-source: {base}/{box}/a | x-ms-source-if-match: \"0x1\"",
            "PUT blob /{box}/c | x-ms-copy-source: nonsense",
        ],
        ["signatures of blobs"] =
        [
            New, Put + " << text", "GET blob /{box}/a?{sas:r:b:/a} | unsigned", "HEAD blob /{box}/a?{sas:r:b:/a} | unsigned", "GET blob /{box}/b?{sas:r:b:/a} | unsigned",
            "PUT blob /{box}/a?{sas:r:b:/a} | unsigned | x-ms-blob-type: BlockBlob << x", "DELETE blob /{box}/a?{sas:r:b:/a} | unsigned",
            "PUT blob /{box}/n1?{sas:c:b:/n1} | unsigned | x-ms-blob-type: BlockBlob << x", "PUT blob /{box}/n1?{sas:c:b:/n1} | unsigned | x-ms-blob-type: BlockBlob << y",
            "GET blob /{box}/n1?{sas:c:b:/n1} | unsigned", "PUT blob /{box}/n2?{sas:c:b:/n2} | unsigned << x", "PUT blob /{box}/n1?{sas:w:b:/n1} | unsigned | x-ms-blob-type: BlockBlob << z",
            "PUT blob /{box}/n1?{sas:cw:b:/n1} | unsigned | x-ms-blob-type: BlockBlob << z", "DELETE blob /{box}/n1?{sas:d:b:/n1} | unsigned",
            $"PUT blob /{{box}}/n3?{{sas:c:b:/n3}}&comp=block&blockid={B1} | unsigned << x", $"PUT blob /{{box}}/n3?{{sas:w:b:/n3}}&comp=block&blockid={B1} | unsigned << x",
            "GET blob /{box}?restype=container&comp=list&{sas:l:c:} | unsigned", "GET blob /{box}?restype=container&comp=list&{sas:r:c:} | unsigned",
            "GET blob /{box}/a?{sas:r:c:} | unsigned", "GET blob /{box}?restype=container&{sas:rl:c:} | unsigned", "PUT blob /{box}x?restype=container&{sas:rwl:c:} | unsigned",
            "GET blob /{box}/a?{sas:expired} | unsigned", "GET blob /{box}/a?{sas:early} | unsigned", "GET blob /{box}/a?{sas:r:b:/a}x | unsigned",
        ],
        ["signatures of accounts"] =
        [
            New, Put + " << text", "GET blob /{box}/a?{account:r:b:o} | unsigned", "GET blob /{box}/a?{account:r:q:o} | unsigned", "GET blob /{box}/a?{account:r:b:c} | unsigned",
            "GET blob /{box}/a?{account:w:b:o} | unsigned", "PUT blob /{box}/n?{account:c:b:o} | unsigned | x-ms-blob-type: BlockBlob << x",
            "PUT blob /{box}/n?{account:c:b:o} | unsigned | x-ms-blob-type: BlockBlob << x", "GET blob /{box}?restype=container&{account:r:b:c} | unsigned",
            "GET blob /?comp=list&prefix=zzz&{account:l:b:s} | unsigned", "PUT blob /{box}2?restype=container&{account:c:b:c} | unsigned",
            "DELETE blob /{box}2?restype=container&{account:d:b:c} | unsigned", "GET queue /{box}/messages?{account:p:q:o} | unsigned",
        ],
        ["queue"] =
        [
            "GET queue /{box}?comp=metadata", "DELETE queue /{box}", "PUT queue /{box} | x-ms-meta-A: b", "PUT queue /{box} | x-ms-meta-A: b", "PUT queue /{box}", "PUT queue /{box} | x-ms-meta-A: c",
            "GET queue /{box}?comp=metadata", "HEAD queue /{box}?comp=metadata", "PUT queue /{box}?comp=metadata | x-ms-meta-c: d", "GET queue /{box}?comp=metadata",
            "PUT queue /AB?x=1", "PUT queue /ab", "PUT queue /a--b", "GET queue /?comp=list&prefix={box}", "GET queue /?comp=list&prefix={box}&include=metadata",
            "DELETE queue /{box}", "DELETE queue /{box}", "POST queue /{box}/messages << <QueueMessage><MessageText>x</MessageText></QueueMessage>", "GET queue /{box}/messages",
            "GET queue /{box}/messages?peekonly=true", "DELETE queue /{box}/messages",
        ],
        ["messages"] =
        [
            "PUT queue /{box}", "GET queue /{box}/messages", "GET queue /{box}/messages?peekonly=true",
            "POST queue /{box}/messages << <QueueMessage><MessageText>one &lt;&amp; ü</MessageText></QueueMessage>", "GET queue /{box}/messages?peekonly=true",
            "GET queue /{box}/messages?visibilitytimeout=30", "GET queue /{box}/messages", "GET queue /{box}?comp=metadata",
            "PUT queue /{box}/messages/{id}?popreceipt=wrong&visibilitytimeout=0", "PUT queue /{box}/messages/{id}?popreceipt={receipt}&visibilitytimeout=0 << <QueueMessage><MessageText>two</MessageText></QueueMessage>",
            "GET queue /{box}/messages?peekonly=true", "DELETE queue /{box}/messages/{id}?popreceipt={receipt}", "DELETE queue /{box}/messages/{id}?popreceipt={receipt}",
            "POST queue /{box}/messages?visibilitytimeout=100 << <QueueMessage><MessageText></MessageText></QueueMessage>", "GET queue /{box}/messages", "GET queue /{box}?comp=metadata",
            "PUT queue /{box}/messages/{id}?popreceipt={receipt}&visibilitytimeout=0", "GET queue /{box}/messages?numofmessages=32", "DELETE queue /{box}/messages", "GET queue /{box}?comp=metadata",
        ],
        ["messages refused"] =
        [
            "PUT queue /{box}", "POST queue /{box}/messages << nonsense", "POST queue /{box}/messages", "POST queue /{box}/messages << <QueueMessage></QueueMessage>",
            "POST queue /{box}/messages?visibilitytimeout=604801 << <QueueMessage><MessageText>x</MessageText></QueueMessage>",
            "POST queue /{box}/messages?visibilitytimeout=-1 << <QueueMessage><MessageText>x</MessageText></QueueMessage>",
            "POST queue /{box}/messages?messagettl=0 << <QueueMessage><MessageText>x</MessageText></QueueMessage>",
            "POST queue /{box}/messages?messagettl=5&visibilitytimeout=5 << <QueueMessage><MessageText>x</MessageText></QueueMessage>",
            "POST queue /{box}/messages?messagettl=-1 << <QueueMessage><MessageText>x</MessageText></QueueMessage>",
            "GET queue /{box}/messages?numofmessages=0", "GET queue /{box}/messages?numofmessages=33", "GET queue /{box}/messages?visibilitytimeout=0",
            "GET queue /{box}/messages?visibilitytimeout=604801", "DELETE queue /{box}/messages/nothing?popreceipt=x", "DELETE queue /{box}/messages/nothing",
            "PUT queue /{box}/messages/nothing?popreceipt=x&visibilitytimeout=0", "PATCH queue /{box}/messages",
        ],
        ["signatures of queues"] =
        [
            "PUT queue /{box}", "POST queue /{box}/messages?{queue:a} | unsigned << <QueueMessage><MessageText>x</MessageText></QueueMessage>",
            "POST queue /{box}/messages?{queue:r} | unsigned << <QueueMessage><MessageText>x</MessageText></QueueMessage>", "GET queue /{box}/messages?peekonly=true&{queue:r} | unsigned",
            "GET queue /{box}/messages?peekonly=true&{queue:a} | unsigned", "GET queue /{box}/messages?{queue:p} | unsigned", "GET queue /{box}/messages?{queue:r} | unsigned",
            "GET queue /{box}?comp=metadata&{queue:r} | unsigned", "DELETE queue /{box}?{queue:raup} | unsigned",
        ],
        ["not signed"] =
        [
            New, Put + " << text", "GET blob /{box}/a | unsigned", "PUT blob /{box}/b | unsigned | x-ms-blob-type: BlockBlob << x", "GET blob /{box}/a | unsigned | Authorization: Bearer x",
            "GET blob /{box}/a | unsigned | Authorization: SharedKey devstoreaccount1:AAAA", "GET blob /{box}/a | unsigned | Authorization: SharedKey other:AAAA",
            "GET blob /{box}/a | unsigned | Authorization: SharedKey", "GET queue /{box}/messages | unsigned", "GET queue /{box}/messages | unsigned | Authorization: SharedKey devstoreaccount1:AAAA",
        ],
        ["account"] =
        [
            "GET blob /?restype=service&comp=properties", "GET blob /?restype=account&comp=properties", "GET queue /?restype=service&comp=properties", "GET blob /?comp=nonsense",
            "GET blob /?restype=service&comp=stats", "PATCH blob /{box}/a",
        ],
    };
}
