using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.Hosting;

/// <summary>A text in a line of the log, whoever chose it: one that a terminal would act on is shown with escapes.</summary>
internal readonly struct LogText(string? text)
{
    public static implicit operator LogText(string? text) => new(text);

    public override string ToString() => text is null ? "(null)" : ForeignText.Line(text);
}
