namespace ComputeHorde.Simulation.Chaos;

/// <summary>
/// Decides by seed what happens to each call. A decision hangs on the name of the call and on how often that was made, and on nothing else:
/// what is left out of a life leaves the rest as it was.
/// </summary>
internal sealed class Fate(int seed, Weather weather, IReadOnlySet<string>? only, Func<TimeSpan> elapsed)
{
    /// <summary>One kind of calls in so many is hit so many times as often: what happens once in a life must be hit there, too.</summary>
    private const int KindsInFocus = 6,
        Focus = 12;

    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly List<InjectedFault> _injected = [];
    private ulong _trace = 14695981039346656037;
    private int _deaths;

    /// <summary>What happened, in its order.</summary>
    public IReadOnlyList<InjectedFault> Injected => _injected;

    /// <summary>How many calls passed.</summary>
    public int Calls { get; private set; }

    /// <summary>Stands for the order of all calls: two lives with the same trace were the same.</summary>
    public ulong Trace => _trace;

    /// <summary>Is told of every call.</summary>
    public Action<string>? Watch { get; set; }

    /// <summary>Draws what happens to a call.</summary>
    public FaultKind Draw(Seam seam, string operation, out string call)
    {
        call = Name(seam, operation);
        Calls++;
        _trace = Mix(_trace ^ Hash(call) ^ (ulong)elapsed().Ticks);
        var at = elapsed();
        Watch?.Invoke(call);
        if (IsOver || at >= weather.ClearsAt || only?.Contains(call) == false)
        {
            return FaultKind.None;
        }

        var kind = KindOf(seam, call, at);
        if (kind != FaultKind.None)
        {
            _injected.Add(new InjectedFault(at, call, kind));
        }

        return kind;
    }

    public bool IsOver { get; private set; }

    /// <summary>From now on nothing fails any more.</summary>
    public void Clear() => IsOver = true;

    /// <summary>A number from 0 to 1 that hangs on a name.</summary>
    public double Chance(string name) => (Mix(Hash(name) ^ ((ulong)(uint)seed * 0x9E3779B97F4A7C15)) >> 11) * (1.0 / (1UL << 53));

    private FaultKind KindOf(Seam seam, string call, TimeSpan at)
    {
        if (weather.IsOut(seam, at))
        {
            return FaultKind.Refused;
        }

        var (share, rates) = seam switch
        {
            Seam.Storage => (weather.Storage, FaultRates.Storage),
            Seam.Facilitator => (weather.Facilitator, FaultRates.Facilitator),
            Seam.TaskHub => (weather.TaskHub, FaultRates.TaskHub),
            Seam.Receiver => (weather.Receivers, FaultRates.Receiver),
            Seam.Delivery => (weather.Repeats, FaultRates.Delivery),
            _ => (0, new FaultRates()),
        };
        var drawn = Chance(call) / (IsInFocus(seam, call) ? Focus : 1);
        if (drawn < weather.Deaths)
        {
            if (_deaths >= weather.MostDeaths)
            {
                return FaultKind.None;
            }

            _deaths++;
            return drawn < weather.Deaths / 2 ? FaultKind.DeathBefore : FaultKind.DeathAfter;
        }

        drawn -= weather.Deaths;
        foreach (var (kind, part) in rates.Shares)
        {
            if (drawn < part * share)
            {
                return kind;
            }

            drawn -= part * share;
        }

        return FaultKind.None;
    }

    /// <summary>The kind of a call: what it does, and in a storage account to which container.</summary>
    private bool IsInFocus(Seam seam, string call)
    {
        var words = call.Split(' ', 4);
        return Chance($"focus {words[0]} {words[1]} {(seam == Seam.Storage ? words[2].Split('/')[0] : "")}") < 1.0 / KindsInFocus;
    }

    private string Name(Seam seam, string operation)
    {
        var key = $"{seam} {operation}";
        var count = _counts[key] = _counts.GetValueOrDefault(key) + 1;
        return $"{key} [{count}]";
    }

    private static ulong Hash(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var letter in text)
        {
            hash = (hash ^ letter) * 1099511628211UL;
        }

        return hash;
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
