using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using ComputeHorde.Emulator.Wire;

namespace ComputeHorde.Emulator.Horde;

/// <summary>What happens to a create call instead of a plain 201.</summary>
internal enum CreateFault
{
    None,

    /// <summary>The job is stored, the connection breaks without an answer.</summary>
    Drop,

    /// <summary>The connection breaks before anything is stored.</summary>
    Reset,

    /// <summary>An error answer, nothing stored.</summary>
    Error,

    /// <summary>The job is stored, the answer is an error.</summary>
    StoredError,

    /// <summary>The job is stored, the answer comes late.</summary>
    Delay,

    /// <summary>The connection breaks at once, and the job is stored some time after.</summary>
    StoreLate,
}

/// <summary>What one attempt of a job goes through; see <c>docs/emulator.md</c> for the syntax.</summary>
internal sealed class Behaviour
{
    private readonly Dictionary<string, double> _extraSeconds = new(StringComparer.Ordinal);

    private Behaviour(string text) => Text = text;

    /// <summary>The behaviour that does nothing special.</summary>
    public static Behaviour Ok { get; } = new("ok");

    /// <summary>As written.</summary>
    public string Text { get; }

    public CreateFault CreateFault { get; private set; }

    /// <summary>Status code of <see cref="CreateFault.Error"/>, seconds of <see cref="CreateFault.Delay"/>.</summary>
    public double CreateArgument { get; private set; }

    public ScriptedEnd? End { get; private set; }

    /// <summary>The status at which the job stays for ever.</summary>
    public string? StuckAt { get; private set; }

    public bool Cheats { get; private set; }

    public double SlowFactor { get; private set; } = 1;

    /// <summary>Seconds from a premature <c>horde_failed</c> to the real end, or null (protocol 9.5).</summary>
    public double? LateSeconds { get; private set; }

    /// <summary>An extra history entry of this name after <c>accepted</c>.</summary>
    public string? ExtraStatus { get; private set; }

    /// <summary><c>execution_done</c> arrives after <c>completed</c>.</summary>
    public bool OutOfOrder { get; private set; }

    /// <summary>The results are reported twice; the second is refused.</summary>
    public bool Duplicate { get; private set; }

    /// <summary>The job is forgotten on reaching this status.</summary>
    public string? EvictAt { get; private set; }

    public double ExtraSeconds(string status) => _extraSeconds.GetValueOrDefault(status);

    /// <summary>Reads one behaviour: parts joined by <c>+</c>. Throws <see cref="FormatException"/> naming the part.</summary>
    public static Behaviour Parse(string text)
    {
        var behaviour = new Behaviour(text);
        foreach (string part in text.Split('+'))
        {
            if (!behaviour.Apply(part.Trim().Split(':')))
            {
                throw new FormatException($"'{part}' is no behaviour of the emulator.");
            }
        }

        return behaviour;
    }

    /// <summary>True when <see cref="Parse"/> would succeed; else what is wrong.</summary>
    public static bool TryParse(string text, [NotNullWhen(false)] out string? error)
    {
        try
        {
            Parse(text);
            error = null;
        }
        catch (FormatException e)
        {
            error = e.Message;
        }

        return error is null;
    }

    private bool Apply(string[] part)
    {
        string? argument = part.Length > 1 ? part[1] : null;
        switch (part[0])
        {
            case "ok" or "honest":
                return part.Length == 1;
            case "cheat":
                return Cheats = part.Length == 1;
            case "rejected" or "failed" or "horde_failed":
                End = ScriptedEnd.Parse(part);
                return End is not null;
            case "stuck" when JobStatuses.InOrder.Contains(argument):
                StuckAt = argument;
                return true;
            case "evict" when argument is null || JobStatuses.InOrder.Contains(argument):
                EvictAt = argument ?? JobStatuses.Completed;
                return true;
            case "late":
                LateSeconds = Number(argument, 2);
                return LateSeconds is not null;
            case "slow" when part.Length == 3 && JobStatuses.InOrder.Contains(argument) && Number(part[2], 0) is double seconds:
                _extraSeconds[argument!] = seconds;
                return true;
            case "slow" when part.Length <= 2 && Number(argument, 5) is double factor:
                SlowFactor *= factor;
                return true;
            case "status" when !string.IsNullOrEmpty(argument):
                ExtraStatus = argument;
                return true;
            case "disorder":
                return OutOfOrder = true;
            case "duplicate":
                return Duplicate = true;
            case "drop":
                return Fault(CreateFault.Drop, 0);
            case "reset":
                return Fault(CreateFault.Reset, 0);
            case "error":
                return Fault(CreateFault.Error, Number(argument, 503));
            case "stored-error":
                return Fault(CreateFault.StoredError, Number(argument, 502));
            case "delay":
                return Fault(CreateFault.Delay, Number(argument, 6));
            case "store-late":
                return Fault(CreateFault.StoreLate, Number(argument, 10));
            default:
                return false;
        }
    }

    private bool Fault(CreateFault fault, double? argument)
    {
        CreateFault = fault;
        CreateArgument = argument ?? 0;
        return argument is not null;
    }

    private static double? Number(string? text, double missing) =>
        text is null ? missing
        : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) ? value
        : null;
}
