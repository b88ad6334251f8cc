using System.Security.Cryptography;
using System.Text;

namespace BlogCreator.Api.Evidence;

/// <summary>Names a sentence by its words, whatever its quotation marks, dashes and spaces look like.</summary>
public static class SentenceKey
{
    private const int Length = 32;

    public static string Of(string sentence)
    {
        ArgumentNullException.ThrowIfNull(sentence);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(FoldedText.Of(sentence).Value.Trim())))[..Length];
    }
}
