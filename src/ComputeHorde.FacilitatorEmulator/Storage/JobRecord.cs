using ComputeHorde.Emulator.Python;
using ComputeHorde.Emulator.Wire;

namespace ComputeHorde.Emulator.Storage;

/// <summary>One stored job. Its history grows under its own lock; the answer body is rendered once per change.</summary>
internal sealed class JobRecord(
    Guid uuid,
    string hotkey,
    DateTimeOffset createdAt,
    JobRequest request,
    RequestSignature signature,
    string behaviour
)
{
    private readonly Lock _lock = new();
    private readonly List<StatusEntry> _history = [];
    private JobBody? _renderer;
    private AnswerBody? _body;

    public Guid Uuid { get; } = uuid;

    /// <summary>The JWT's subject: whose job this is.</summary>
    public string Hotkey { get; } = hotkey;

    public DateTimeOffset CreatedAt { get; } = createdAt;

    public JobRequest Request { get; } = request;

    public RequestSignature Signature { get; } = signature;

    /// <summary>The behaviour this attempt was given, in the syntax of <c>docs/emulator.md</c>.</summary>
    public string Behaviour { get; } = behaviour;

    /// <summary>Name of the miner that took the job, or null before <c>accepted</c>.</summary>
    public string? Miner { get; set; }

    public bool Cheated { get; set; }

    /// <summary>Position in the table: every update of the row moves it to the end (protocol 2.4).</summary>
    public long HeapOrder { get; set; }

    public IReadOnlyList<StatusEntry> History
    {
        get
        {
            lock (_lock)
            {
                return [.. _history];
            }
        }
    }

    public string Status
    {
        get
        {
            lock (_lock)
            {
                return _history[^1].Status;
            }
        }
    }

    public DateTimeOffset LastUpdate
    {
        get
        {
            lock (_lock)
            {
                return _history[^1].CreatedAt;
            }
        }
    }

    public bool Has(string status)
    {
        lock (_lock)
        {
            return _history.Exists(e => e.Status == status);
        }
    }

    /// <summary>True once any entry is terminal.</summary>
    public bool HasEnded
    {
        get
        {
            lock (_lock)
            {
                return _history.Exists(e => JobStatuses.IsTerminal(e.Status));
            }
        }
    }

    /// <summary>Adds an entry; false when the job already has that status (each occurs once, protocol 5.2).</summary>
    public bool TryAdd(StatusEntry entry)
    {
        lock (_lock)
        {
            if (_history.Exists(e => e.Status == entry.Status))
            {
                return false;
            }

            _history.Add(entry);
            _history.Sort((a, b) => a.CreatedAt.CompareTo(b.CreatedAt));
            _body = null;
            return true;
        }
    }

    /// <summary>The answer body (protocol 2.3) as it reads back from the database; null when it cannot be serialised.</summary>
    /// <param name="settled">What a status of a later time brings beside itself is not in the body's own fields yet.</param>
    public AnswerBody? Body(DateTimeOffset settled)
    {
        lock (_lock)
        {
            if (_history.Exists(e => e.Status == JobStatuses.Unknown))
            {
                return null;
            }

            _renderer ??= new JobBody(this, fresh: false);
            return _history.Exists(e => e.CreatedAt > settled)
                ? _renderer.Render(_history, settled)
                : _body ??= _renderer.Render(_history, settled);
        }
    }

    /// <summary>The body of the 201 answer: map order still as the client sent it.</summary>
    public AnswerBody CreatedBody()
    {
        lock (_lock)
        {
            return new JobBody(this, fresh: true).Render(_history, DateTimeOffset.MaxValue);
        }
    }
}
