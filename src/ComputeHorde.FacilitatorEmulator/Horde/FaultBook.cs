namespace ComputeHorde.Emulator.Horde;

/// <summary>What a call is hit by.</summary>
internal enum Fault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>An error answer, nothing done.</summary>
    Error,

    /// <summary>Status 429, nothing done.</summary>
    Throttle,

    /// <summary>A reset connection, nothing done.</summary>
    ResetBefore,

    /// <summary>The work is done, then the connection is reset.</summary>
    ResetAfter,
}

/// <summary>The faults in force; counters run down as calls are hit.</summary>
internal sealed class FaultBook(FaultSettings initial, int seed)
{
    private readonly Lock _lock = new();
    private readonly Random _random = new(seed);
    private FaultSettings _settings = initial;

    /// <summary>The settings as they stand.</summary>
    public FaultSettings Settings
    {
        get
        {
            lock (_lock)
            {
                return _settings;
            }
        }

        set
        {
            lock (_lock)
            {
                _settings = value;
            }
        }
    }

    public TimeSpan ClockSkew => TimeSpan.FromSeconds(Settings.ClockSkewSeconds);

    /// <summary>True when faults apply to calls of that kind.</summary>
    public bool AppliesTo(string call) => Settings.Only is not { } only || only.Contains(call);

    /// <summary>Draws the fault of a call.</summary>
    public Fault Draw(string call)
    {
        lock (_lock)
        {
            if (_settings.Only is { } only && !only.Contains(call))
            {
                return Fault.None;
            }

            if (_settings.ResetBeforeNext > 0)
            {
                _settings = _settings with { ResetBeforeNext = _settings.ResetBeforeNext - 1 };
                return Fault.ResetBefore;
            }

            if (_settings.ErrorNext > 0)
            {
                _settings = _settings with { ErrorNext = _settings.ErrorNext - 1 };
                return Fault.Error;
            }

            if (_settings.ThrottleNext > 0)
            {
                _settings = _settings with { ThrottleNext = _settings.ThrottleNext - 1 };
                return Fault.Throttle;
            }

            if (_settings.ResetAfterNext > 0)
            {
                _settings = _settings with { ResetAfterNext = _settings.ResetAfterNext - 1 };
                return Fault.ResetAfter;
            }

            return DrawByRate();
        }
    }

    private Fault DrawByRate()
    {
        double chance = _random.NextDouble();
        foreach ((double rate, Fault fault) in new[]
        {
            (_settings.ResetBeforeRate, Fault.ResetBefore),
            (_settings.ErrorRate, Fault.Error),
            (_settings.ThrottleRate, Fault.Throttle),
            (_settings.ResetAfterRate, Fault.ResetAfter),
        })
        {
            if (chance < rate)
            {
                return fault;
            }

            chance -= rate;
        }

        return Fault.None;
    }
}
