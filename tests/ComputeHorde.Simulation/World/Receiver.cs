using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ComputeHorde.Simulation.Workloads;

namespace ComputeHorde.Simulation.World;

/// <summary>The servers of callers who want to be told of ends, and what came to them.</summary>
internal sealed class Receiver
{
    /// <summary>How old a receiver takes a message for genuine, as the libraries of the specification have it.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    private readonly Life _life;
    private readonly Dictionary<string, HookPlan> _hooks;
    private readonly Dictionary<string, TimeSpan> _firstCalls = [];
    private readonly List<ArrivedNotice> _notices = [];
    private readonly byte[] _key;

    public Receiver(Life life)
    {
        _life = life;
        _key = SHA256.HashData(BitConverter.GetBytes(life.Scenario.Seed ^ 0x5eed));
        _hooks = life.Scenario.Plans.SelectMany(static plan => plan.Hooks).ToDictionary(static hook => hook.Id);
    }

    /// <summary>The setting by which the application signs.</summary>
    public string SigningSecret => "whsec_" + Convert.ToBase64String(_key);

    public IReadOnlyList<ArrivedNotice> Notices => _notices;

    /// <summary>Whether a server takes connections now.</summary>
    public bool IsThere(string hook)
    {
        _firstCalls.TryAdd(hook, _life.Time.Elapsed);
        return _life.Time.Elapsed >= _firstCalls[hook] + _hooks[hook].IsAwayFor;
    }

    public bool IsGone(string hook) => _hooks[hook].IsGone;

    /// <summary>A message has come, whatever is answered.</summary>
    public void Receive(HttpRequestMessage request, string hook, string body, bool isTaken)
    {
        var notice = JsonNode.Parse(body)!;
        var (type, subject) = ((string)notice["type"]!, (string)notice["data"]!["id"]!);
        var (id, at) = (Header(request, "webhook-id"), Header(request, "webhook-timestamp"));
        var signature = "v1," + Convert.ToBase64String(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{id}.{at}.{body}")));
        var sent = DateTimeOffset.FromUnixTimeSeconds(long.Parse(at, System.Globalization.CultureInfo.InvariantCulture));
        if (!Header(request, "webhook-signature").Split(' ').Contains(signature) || (_life.Time.GetUtcNow() - sent).Duration() > Tolerance)
        {
            _life.Observer.Break("notices are genuine", $"{type} of {subject}, sent at {sent - _life.Began}");
        }

        var source = type switch
        {
            "run.checked" => subject + "~check",
            "batch.checked" => subject + "~verdicts",
            _ => subject,
        };
        if (!_life.HasEnded(source))
        {
            _life.Observer.Break("nothing is told before its end is stored", $"{type} of {subject}");
        }

        _notices.Add(new ArrivedNotice(hook, subject, type, id, body, isTaken));
    }

    private static string Header(HttpRequestMessage request, string name) => request.Headers.GetValues(name).Single();
}

/// <summary>A message that came to a server.</summary>
/// <param name="Hook">The server.</param>
/// <param name="Subject">The run or batch that it is about.</param>
/// <param name="IsTaken">Whether the server keeps it; it may say so or not.</param>
internal sealed record ArrivedNotice(string Hook, string Subject, string Type, string MessageId, string Payload, bool IsTaken);
