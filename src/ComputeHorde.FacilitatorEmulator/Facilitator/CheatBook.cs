using System.Collections.Concurrent;
using ComputeHorde.Emulator.Horde;
using ComputeHorde.Emulator.Python;
using ComputeHorde.Emulator.Storage;
using ComputeHorde.Emulator.Wire;

namespace ComputeHorde.Emulator.Facilitator;

/// <summary>The recorded cheat reports and the validator's handling of them (protocol 7.3).</summary>
internal sealed class CheatBook(HordeContext horde, CounterBook counters)
{
    private readonly ConcurrentDictionary<Guid, EmulatedCheatReport> _reports = new();

    /// <summary>All reports, oldest first.</summary>
    public IReadOnlyList<EmulatedCheatReport> Reports => [.. _reports.Values.OrderBy(r => r.ReportedAt)];

    /// <summary>Takes a report up that was kept.</summary>
    public void Restore(EmulatedCheatReport report) => _reports[report.JobUuid] = report;

    /// <summary>Records a report; false when the job has one already.</summary>
    public async Task<bool> TryRecordAsync(JobRecord job, JobRecord trusted, string hotkey, PyDict body, RequestSignature? signature)
    {
        (string verdict, bool effect) = Judge(job, body, signature);
        var report = new EmulatedCheatReport(
            job.Uuid,
            trusted.Uuid,
            hotkey,
            body.TryGetValue("details", out object? details) ? PyJsonWriter.Compact(details) : null,
            verdict,
            effect,
            job.Miner,
            horde.Miners.Falsified(job),
            horde.Now
        );
        if (!_reports.TryAdd(job.Uuid, report))
        {
            return false;
        }

        job.Cheated = true;
        horde.Store.MoveToEnd(job);
        await horde.Log.AddReportAsync(report);
        if (effect && job.Miner is string miner)
        {
            horde.Miners.Blacklist(miner, horde.Options.CheatBlacklist);
        }

        counters.CheatReports.Add();
        Logs.CheatReported(horde.Logger, job.Uuid, verdict);
        return true;
    }

    /// <summary>Forgets the report of an evicted job.</summary>
    public void Forget(Guid job) => _reports.TryRemove(job, out _);

    private (string Verdict, bool Effect) Judge(JobRecord job, PyDict body, RequestSignature? signature)
    {
        if (body.Get("details") is null)
        {
            return ("ignores: message malformed (details is required, the facilitator drops nulls)", false);
        }

        if (signature is null)
        {
            return ("ignores: the report is not signed", false);
        }

        if (CheatDetails.Fault(body.Get("details")) is not null)
        {
            return ("never hears of it: the message cannot be made", false);
        }

        if (!horde.Options.EffectiveCheatReports && !SignatureCheck.Verifies(signature, body))
        {
            return ("ignores: signature does not verify (the validator hashes the singly encoded object)", false);
        }

        if (horde.Options.ValidatorWhitelist?.Contains(signature.Signatory) == false)
        {
            return ("ignores: the signatory is not in the validator's whitelist", false);
        }

        return job.Status == JobStatuses.Completed
            ? ("acts: the miner is blacklisted", true)
            : ("ignores: the job is not completed", false);
    }
}
