namespace ComputeHorde.FallbackEmulator;

/// <summary>What goes wrong with one request for a machine.</summary>
public enum CreateFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>500, and no machine.</summary>
    ErrorBefore,

    /// <summary>500, and a machine that runs and costs.</summary>
    ErrorAfter,

    /// <summary>The connection breaks, and a machine runs and costs.</summary>
    DropAfter,

    /// <summary>Two machines of the same name.</summary>
    Twice,

    /// <summary>402: the balance is too low.</summary>
    NoMoney,

    /// <summary>A machine that is dearer than the catalogue says.</summary>
    Dear,
}
