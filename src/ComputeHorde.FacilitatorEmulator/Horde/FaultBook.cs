namespace ComputeHorde.Emulator.Horde;

/// <summary>The faults in force; counters run down as calls are hit.</summary>
internal sealed class FaultBook
{
    /// <summary>What <see cref="FaultSettings.MixedRate"/> draws from.</summary>
    private static readonly Fault[] Mixed =
    [
        Fault.Throttle,
        Fault.ResetBefore,
        Fault.ResetAfter,
        Fault.ServerError,
        Fault.Unavailable,
        Fault.GatewayTimeout,
        Fault.Forbidden,
        Fault.Unauthorized,
        Fault.Missing,
        Fault.Page,
        Fault.CutOff,
        Fault.Slow,
    ];

    private readonly Lock _lock = new();
    private readonly Random _random;
    private readonly TimeProvider _time;
    private readonly double _speed;
    private FaultSettings _settings;
    private long _since;

    public FaultBook(FacilitatorEmulatorOptions options)
    {
        _random = new Random(options.Seed);
        (_time, _speed, _settings) = (options.TimeProvider, options.Speed, options.Faults);
        _since = _time.GetTimestamp();
    }

    public FaultSettings Settings
    {
        get
        {
            lock (_lock)
            {
                return Current();
            }
        }
        set
        {
            lock (_lock)
            {
                (_settings, _since) = (value, _time.GetTimestamp());
            }
        }
    }

    public TimeSpan ClockSkew => TimeSpan.FromSeconds(Settings.ClockSkewSeconds);

    /// <summary>True while no miner is free.</summary>
    public bool IsFull
    {
        get
        {
            lock (_lock)
            {
                FaultSettings faults = Current();
                double elapsed = _time.GetElapsedTime(_since).TotalSeconds * _speed;
                return faults.FullSeconds > 0
                    && (faults.FreeSeconds > 0 ? elapsed % (faults.FullSeconds + faults.FreeSeconds) : elapsed) < faults.FullSeconds;
            }
        }
    }

    /// <summary>True when faults apply to calls of that kind.</summary>
    public bool AppliesTo(string call) => Settings.Only is not { } only || only.Contains(call);

    public Fault Draw(string call)
    {
        lock (_lock)
        {
            FaultSettings faults = Current();
            if (faults.Only is { } only && !only.Contains(call))
            {
                return Fault.None;
            }

            Fault next = faults switch
            {
                { ResetBeforeNext: > 0 } => Fault.ResetBefore,
                { ErrorNext: > 0 } => Fault.Error,
                { ThrottleNext: > 0 } => Fault.Throttle,
                { ResetAfterNext: > 0 } => Fault.ResetAfter,
                _ => Fault.None,
            };
            _settings = next switch
            {
                Fault.ResetBefore => faults with { ResetBeforeNext = faults.ResetBeforeNext - 1 },
                Fault.Error => faults with { ErrorNext = faults.ErrorNext - 1 },
                Fault.Throttle => faults with { ThrottleNext = faults.ThrottleNext - 1 },
                Fault.ResetAfter => faults with { ResetAfterNext = faults.ResetAfterNext - 1 },
                _ => faults,
            };
            return next == Fault.None ? DrawByRate(faults) : next;
        }
    }

    private Fault DrawByRate(FaultSettings faults)
    {
        double chance = _random.NextDouble();
        foreach (
            (double rate, Fault fault) in new[]
            {
                (faults.ResetBeforeRate, Fault.ResetBefore),
                (faults.ErrorRate, Fault.Error),
                (faults.ThrottleRate, Fault.Throttle),
                (faults.ResetAfterRate, Fault.ResetAfter),
                (faults.MixedRate, Mixed[_random.Next(Mixed.Length)]),
            }
        )
        {
            if (chance < rate)
            {
                return fault;
            }

            chance -= rate;
        }

        return Fault.None;
    }

    /// <summary>The settings, or none once their time is over.</summary>
    private FaultSettings Current()
    {
        if (_settings.ForSeconds is { } seconds && _time.GetElapsedTime(_since).TotalSeconds >= seconds)
        {
            _settings = new FaultSettings();
        }

        return _settings;
    }
}
