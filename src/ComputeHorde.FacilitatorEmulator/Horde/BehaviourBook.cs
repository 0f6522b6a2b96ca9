using System.Security.Cryptography;
using System.Text;
using ComputeHorde.Emulator.Wire;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Emulator.Horde;

/// <summary>
/// Chooses each attempt's behaviour: by rule, else by the job's own script (environment variable, tag or image), else at
/// random by rate, else none.
/// </summary>
internal sealed class BehaviourBook(FacilitatorEmulatorOptions options, ILogger logger)
{
    /// <summary>The environment variable that holds a script.</summary>
    public const string Variable = "EMULATOR_BEHAVIOUR";

    private const char Marker = '!';
    private readonly Lock _lock = new();
    private readonly Dictionary<string, string> _byTag = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _byImage = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Base, bool Trusted), int> _attempts = [];

    /// <summary>The rules in force: selector (<c>tag:prefix</c> or <c>image:name</c>) to script.</summary>
    public IReadOnlyDictionary<string, string> Rules
    {
        get
        {
            lock (_lock)
            {
                return _byTag
                    .Select(p => KeyValuePair.Create("tag:" + p.Key, p.Value))
                    .Concat(_byImage.Select(p => KeyValuePair.Create("image:" + p.Key, p.Value)))
                    .ToDictionary(StringComparer.Ordinal);
            }
        }
    }

    /// <summary>
    /// Sets the script of all jobs whose tag starts with a prefix; null removes it. Throws <see cref="FormatException"/>.
    /// </summary>
    public void SetForTag(string prefix, string? script) => Set(_byTag, prefix, script);

    /// <summary>Sets the script of all jobs with an image, named without registry and tag; null removes it.</summary>
    public void SetForImage(string name, string? script) => Set(_byImage, name, script);

    public void Clear()
    {
        lock (_lock)
        {
            _byTag.Clear();
            _byImage.Clear();
        }
    }

    /// <summary>Counts a create call and gives its behaviour.</summary>
    public Behaviour Next(JobRequest job)
    {
        int attempt = CountAttempt(job.Tag, job.OnTrustedMiner);
        string? script = Script(job);
        if (script is not null)
        {
            try
            {
                return Pick(script, attempt, job.OnTrustedMiner);
            }
            catch (FormatException e)
            {
                Logs.BehaviourNotUnderstood(logger, job.Tag, e.Message);
            }
        }

        return job.OnTrustedMiner ? Behaviour.Ok : Random(job.Tag, attempt);
    }

    /// <summary>Counts a job that was stored before the emulator started.</summary>
    public void CountStored(JobRequest job) => CountAttempt(job.Tag, job.OnTrustedMiner);

    /// <summary>The image's name without registry, tag and script.</summary>
    public static string ImageName(string image)
    {
        string name = image.Split(Marker)[0];
        name = name[(name.LastIndexOf('/') + 1)..];
        return name.Split(':', '@')[0];
    }

    private int CountAttempt(string tag, bool trusted)
    {
        string key = tag.Split('#')[0];
        if (key.Length == 0)
        {
            return 0;
        }

        lock (_lock)
        {
            int attempt = _attempts.GetValueOrDefault((key, trusted));
            _attempts[(key, trusted)] = attempt + 1;
            return attempt;
        }
    }

    private string? Script(JobRequest job)
    {
        lock (_lock)
        {
            string? rule =
                _byTag
                    .Where(p => job.Tag.StartsWith(p.Key, StringComparison.Ordinal))
                    .OrderByDescending(p => p.Key.Length)
                    .Select(p => p.Value)
                    .FirstOrDefault()
                ?? _byImage.GetValueOrDefault(ImageName(job.DockerImage));
            if (rule is not null)
            {
                return rule;
            }
        }

        return job.Env.GetText(Variable) ?? AfterMarker(job.Tag.Split('#')[0]) ?? AfterMarker(job.DockerImage);
    }

    private Behaviour Random(string tag, int attempt)
    {
        if (options.BehaviourRates.Count == 0)
        {
            return Behaviour.Ok;
        }

        double chance = Chance($"{options.Seed}|{tag}|{attempt}");
        foreach ((string behaviour, double rate) in options.BehaviourRates)
        {
            if (chance < rate)
            {
                return Behaviour.Parse(behaviour);
            }

            chance -= rate;
        }

        return Behaviour.Ok;
    }

    /// <summary>A number from 0 to 1 that depends on <paramref name="text"/> alone.</summary>
    public static double Chance(string text) =>
        BitConverter.ToUInt32(SHA256.HashData(Encoding.UTF8.GetBytes(text))) / (double)uint.MaxValue;

    /// <summary>Attempts are separated by commas, the last one repeats; after a slash come the trusted copies'.</summary>
    private static Behaviour Pick(string script, int attempt, bool trusted)
    {
        string[] sides = script.Split('/');
        if (trusted && sides.Length < 2)
        {
            return Behaviour.Ok;
        }

        string[] attempts = sides[trusted ? 1 : 0].Split(',');
        return Behaviour.Parse(attempts[Math.Min(attempt, attempts.Length - 1)]);
    }

    private static string? AfterMarker(string text)
    {
        int marker = text.LastIndexOf(Marker);
        return marker < 0 ? null : text[(marker + 1)..];
    }

    private void Set(Dictionary<string, string> rules, string key, string? script)
    {
        foreach (string behaviour in script?.Split(',', '/') ?? [])
        {
            Behaviour.Parse(behaviour);
        }

        lock (_lock)
        {
            if (script is null)
            {
                rules.Remove(key);
            }
            else
            {
                rules[key] = script;
            }
        }
    }
}
