using System.Text;
using System.Xml;

namespace ComputeHorde.Storage.Local.Http;

/// <summary>XML as Azure sends it: UTF-8, every character of a text kept as it is.</summary>
internal sealed class XmlBody : IDisposable
{
    private static readonly XmlWriterSettings WriterSettings = new()
    {
        Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        NewLineHandling = NewLineHandling.Entitize,
        CheckCharacters = true,
    };

    private static readonly XmlReaderSettings ReaderSettings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
    };

    private readonly MemoryStream _bytes = new();

    public XmlBody()
    {
        Writer = XmlWriter.Create(_bytes, WriterSettings);
        Writer.WriteStartDocument();
    }

    public XmlWriter Writer { get; }

    public static XmlReader Read(byte[] body) => XmlReader.Create(new MemoryStream(body, writable: false), ReaderSettings);

    /// <summary>Without the characters that XML cannot hold.</summary>
    public static string Printable(string text) => IsText(text) ? text : string.Concat(text.Where(XmlConvert.IsXmlChar));

    /// <summary>Whether XML can hold every character.</summary>
    public static bool IsText(string text)
    {
        for (var index = 0; index < text.Length; index++)
        {
            if (!XmlConvert.IsXmlChar(text[index]))
            {
                if (index + 1 == text.Length || !XmlConvert.IsXmlSurrogatePair(text[index + 1], text[index]))
                {
                    return false;
                }

                index++;
            }
        }

        return true;
    }

    public byte[] ToBytes()
    {
        Writer.WriteEndDocument();
        Writer.Flush();
        return _bytes.ToArray();
    }

    public void Dispose()
    {
        Writer.Dispose();
        _bytes.Dispose();
    }
}
