using System.Globalization;
using ComputeHorde.Emulator.Horde;
using ComputeHorde.Emulator.Python;
using ComputeHorde.Emulator.Storage;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace ComputeHorde.Emulator.Facilitator;

/// <summary>Detail and list of jobs (protocol 2.2, 2.4).</summary>
internal sealed class JobViews(HordeContext horde, CounterBook counters)
{
    private const int DefaultPageSize = 10;
    private const int MaxPageSize = 256;

    public Answer Detail(string hotkey, string id)
    {
        counters.DetailCalls.Add();
        if (!TryUuid(id, out Guid uuid))
        {
            return Answer.Json(404, "detail", "Not found.");
        }

        return horde.Store.Find(hotkey, uuid) is { } job
            ? new Answer(200, Serialised(job), "application/json")
            : Answer.Json(404, "detail", "No Job matches the given query.");
    }

    public Answer List(string hotkey, ApiRequest request)
    {
        counters.ListCalls.Add();
        Dictionary<string, StringValues> query = QueryHelpers.ParseQuery(request.Http.Request.QueryString.Value);
        string? tag = query.TryGetValue("tag", out StringValues tags) && tags[^1] is { Length: > 0 } text ? text : null;
        IReadOnlyList<Guid>? uuids = query.TryGetValue("uuid", out StringValues values)
            ? [.. values.Select(v => ParseUuid(v ?? ""))]
            : null;
        int size = PageSize(query);
        int number = 0;
        int pages = 0;
        (int count, IReadOnlyList<JobRecord> page) = horde.Store.List(
            hotkey,
            tag,
            uuids,
            rows =>
            {
                pages = Math.Max(1, (rows + size - 1) / size);
                number = PageNumber(query, pages);
                return number >= 1 && number <= pages ? ((number - 1) * size, size) : null;
            }
        );
        return number >= 1 && number <= pages
            ? Render(request, query, count, number, pages, page)
            : Answer.Json(404, "detail", "Invalid page.");
    }

    /// <summary>Python's <c>UUID(text)</c>: with or without dashes, braces or <c>urn:uuid:</c>.</summary>
    public static bool TryUuid(string text, out Guid uuid)
    {
        string hex = text.Replace("urn:", "", StringComparison.Ordinal)
            .Replace("uuid:", "", StringComparison.Ordinal)
            .Trim('{', '}')
            .Replace("-", "", StringComparison.Ordinal);
        return Guid.TryParseExact(hex, "N", out uuid);
    }

    private Answer Render(
        ApiRequest request,
        Dictionary<string, StringValues> query,
        int count,
        int number,
        int pages,
        IReadOnlyList<JobRecord> page
    )
    {
        string next = number < pages ? PyJsonWriter.Compact(PageUrl(request, query, number + 1)) : "null";
        string previous = number > 1 ? PyJsonWriter.Compact(PageUrl(request, query, number - 1)) : "null";
        AnswerBody body = AnswerBody.Of($"{{\"count\":{count},\"next\":{next},\"previous\":{previous},\"results\":[");
        for (int i = 0; i < page.Count; i++)
        {
            if (i > 0)
            {
                body.Add(",");
            }

            body.Add(Serialised(page[i]));
        }

        return new Answer(200, body.Add("]}"), "application/json");
    }

    private AnswerBody Serialised(JobRecord job) =>
        job.Body(horde.Now - TimeSpan.FromSeconds(horde.Faults.Settings.LateFieldsSeconds))
        ?? throw new UnkindException($"Job {job.Uuid:D} has the status 'unknown', which the facilitator cannot serialise.");

    private static int PageSize(Dictionary<string, StringValues> query) =>
        query.TryGetValue("page_size", out StringValues text)
        && int.TryParse(text[^1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int size)
        && size > 0
            ? Math.Min(size, MaxPageSize)
            : DefaultPageSize;

    private static int PageNumber(Dictionary<string, StringValues> query, int pages)
    {
        if (!query.TryGetValue("page", out StringValues text) || text[^1] is not { } page)
        {
            return 1;
        }

        return page == "last" ? pages
            : int.TryParse(
                page,
                NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite,
                CultureInfo.InvariantCulture,
                out int number
            )
                ? number
            : 0;
    }

    /// <summary>The request's own address with another page: parameters sorted by name, page 1 left out.</summary>
    private static string PageUrl(ApiRequest request, Dictionary<string, StringValues> query, int number)
    {
        var parameters = query
            .Where(p => p.Key != "page")
            .SelectMany(p => p.Value.Select(v => (p.Key, Value: v ?? "")))
            .Concat(number > 1 ? [("page", number.ToString(CultureInfo.InvariantCulture))] : [])
            .OrderBy(p => p.Item1, StringComparer.Ordinal)
            .Select(p => $"{Quote(p.Item1)}={Quote(p.Item2)}");
        string tail = string.Join('&', parameters);
        return $"{request.Http.Request.Scheme}://{request.Http.Request.Host}{request.Http.Request.Path}{(tail.Length > 0 ? "?" : "")}{tail}";
    }

    private static string Quote(string text) => Uri.EscapeDataString(text).Replace("%20", "+", StringComparison.Ordinal);

    private static Guid ParseUuid(string text) =>
        TryUuid(text, out Guid uuid) ? uuid : throw new UnkindException($"uuid='{text}' is no UUID.");
}
