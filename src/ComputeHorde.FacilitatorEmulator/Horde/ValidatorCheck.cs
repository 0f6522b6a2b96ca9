using ComputeHorde.Emulator.Storage;
using ComputeHorde.Emulator.Wire;

namespace ComputeHorde.Emulator.Horde;

/// <summary>The validator's own check of a job's signature, over the re-dumped models (protocol 3.4).</summary>
internal static class ValidatorCheck
{
    /// <summary>Why the validator rejects the job, or null.</summary>
    public static string? Refusal(JobRecord job, ISet<string>? whitelist)
    {
        RequestSignature signature = job.Signature;
        if (signature.Signature.Length == 0)
        {
            return "Signature is empty";
        }

        if (whitelist?.Contains(signature.Signatory) == false && signature.Signatory != job.Request.TargetValidatorHotkey)
        {
            return $"Signatory {signature.Signatory} is not in validator whitelist";
        }

        return SignatureCheck.Verifies(signature, SignedFields.FromRequest(job.Request)) ? null : "Bad signature";
    }
}
