namespace ComputeHorde.Sdk;

/// <summary>Collects violations, so that all are reported together.</summary>
internal sealed class ProblemList
{
    private readonly List<ValidationProblem> _problems = [];

    public IReadOnlyList<ValidationProblem> Problems => _problems;

    // A field may be named by its caller (env["..."]), and is shown.
    public void Add(string field, string message) => _problems.Add(new ValidationProblem(ForeignText.Line(field), message));

    public void Add(IEnumerable<ValidationProblem> problems) => _problems.AddRange(problems);

    public void ThrowIfAny()
    {
        if (_problems.Count > 0)
        {
            throw new ComputeHordeValidationException(_problems);
        }
    }

    /// <summary>Rules of every text that is sent: no NUL, no lone surrogate.</summary>
    public void Text(string field, string? text, bool required = false)
    {
        if (text is null)
        {
            if (required)
            {
                Add(field, "must not be null.");
            }

            return;
        }

        if (required && text.Length == 0)
        {
            Add(field, "must not be empty.");
        }

        if (text.Contains('\0'))
        {
            Add(field, "must not contain NUL (U+0000): the facilitator refuses it.");
        }

        if (TextRules.HasLoneSurrogate(text))
        {
            Add(field, "must not contain a lone surrogate: it has no UTF-8 form.");
        }
    }

    /// <summary>Rules of the texts that the facilitator trims: nothing to trim, and a length.</summary>
    public void TrimmedText(string field, string? text, bool required = false, int maxLength = int.MaxValue)
    {
        Text(field, text, required);
        if (text is null)
        {
            return;
        }

        if (TextRules.HasEdgeWhiteSpace(text))
        {
            Add(field, "must not begin or end with white space: the facilitator trims it, and the signature would no longer match.");
        }

        if (TextRules.Length(text) > maxLength)
        {
            Add(field, $"must have at most {maxLength} characters.");
        }
    }

    /// <summary>Rules of names that logs and terminals show: as trimmed texts, and without control characters.</summary>
    public void Name(string field, string? text, bool required, int maxLength)
    {
        TrimmedText(field, text, required, maxLength);
        if (text?.Any(static c => c != '\0' && char.IsControl(c)) == true)
        {
            Add(field, "must not contain control characters.");
        }
    }

    /// <summary>Rules of URLs: absolute http or https.</summary>
    public void Url(string field, string? url)
    {
        Text(field, url, required: true);
        if (string.IsNullOrEmpty(url))
        {
            return;
        }

        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0)
        {
            Add(field, "must be an absolute http or https URL.");
        }
    }

    /// <summary>Rules of text maps.</summary>
    public void Map(string field, OrderedDictionary<string, string>? map)
    {
        if (map is null)
        {
            return;
        }

        foreach (var (key, value) in map)
        {
            Text($"{field}[\"{key}\"] (its name)", key);
            Text($"{field}[\"{key}\"]", value, required: value is null);
        }
    }

    /// <summary>Rules of lengths of time; null is none.</summary>
    public void Time(string field, TimeSpan? value, TimeSpan least, TimeSpan most)
    {
        if (value < least || value > most)
        {
            Add(field, $"must be {(least == TimeSpan.Zero ? "zero or more" : "positive")}, and at most {most.TotalSeconds:0} seconds.");
        }
    }
}
