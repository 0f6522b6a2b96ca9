using System.Text;

namespace ComputeHorde.Sdk.Signing;

/// <summary>The escapes that both signed layers share (protocol 3.2, 3.3).</summary>
internal static class JsonEscape
{
    /// <summary>Appends the short escape of a character where JSON has one, else <c>\u</c> and four lower-case hex digits.</summary>
    public static void Append(StringBuilder builder, char c)
    {
        _ = c switch
        {
            '"' => builder.Append("\\\""),
            '\\' => builder.Append("\\\\"),
            '\b' => builder.Append("\\b"),
            '\t' => builder.Append("\\t"),
            '\n' => builder.Append("\\n"),
            '\f' => builder.Append("\\f"),
            '\r' => builder.Append("\\r"),
            _ => builder.Append("\\u").Append(((int)c).ToString("x4")),
        };
    }
}
