using ComputeHorde.Emulator.Python;
using ComputeHorde.Emulator.Storage;

namespace ComputeHorde.Emulator.Facilitator;

/// <summary><c>POST /api/v1/cheated-job/</c> (protocol 2.5).</summary>
internal sealed class CheatView(JobStore store, CheatBook book, CounterBook counters)
{
    public async Task<Answer> ReportAsync(ApiRequest request, string hotkey)
    {
        counters.CheatReportCalls.Add();
        if (request.TryParse(out object? value) is { } unreadable)
        {
            return unreadable;
        }

        if (value is not PyDict body)
        {
            return Answer.Json(
                400,
                new PyDict { ["non_field_errors"] = new PyList { "Invalid data. Expected a dictionary, but got list." } }
            );
        }

        var errors = new PyDict();
        Guid job = Uuid(body, "job_uuid", errors);
        Guid trusted = Uuid(body, "trusted_job_uuid", errors);
        if (errors.Count > 0)
        {
            return Answer.Json(400, errors);
        }

        if (store.Find(hotkey, job) is not { Request.OnTrustedMiner: false } reported)
        {
            return Answer.Json(404, "error", "Job not found");
        }

        if (store.Find(hotkey, trusted) is not { Request.OnTrustedMiner: true } copy)
        {
            return Answer.Json(404, "error", "Trusted job not found");
        }

        if (CheatDetails.Fault(body.Get("details")) is { IsStored: false } fault)
        {
            throw new UnkindException(fault.Message);
        }

        bool isNew = await book.TryRecordAsync(reported, copy, hotkey, body, request.Signature);
        if (isNew && CheatDetails.Fault(body.Get("details")) is { } late)
        {
            throw new UnkindException(late.Message);
        }

        return isNew
            ? Answer.Json(201, "message", "Job reported as cheated")
            : Answer.Json(400, "error", "Cheat report already exists for this job");
    }

    private static Guid Uuid(PyDict body, string field, PyDict errors)
    {
        if (!body.TryGetValue(field, out object? value))
        {
            errors[field] = new PyList { "This field is required." };
        }
        else if (value is null)
        {
            errors[field] = new PyList { "This field may not be null." };
        }
        else if (value is string text && JobViews.TryUuid(text, out Guid uuid))
        {
            return uuid;
        }
        else
        {
            errors[field] = new PyList { "Must be a valid UUID." };
        }

        return Guid.Empty;
    }
}
