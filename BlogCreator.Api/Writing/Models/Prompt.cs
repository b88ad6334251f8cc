using System.Collections.Concurrent;
using System.Text;

namespace BlogCreator.Api.Writing.Models;

/// <summary>The texts that are sent to a model. They stand in files of their own beside the code, since they are reviewed like code.</summary>
internal static class Prompt
{
    private static readonly ConcurrentDictionary<string, string> Texts = new(StringComparer.Ordinal);

    /// <summary>Fills in the places in one pass, so that what is filled in can open no place of its own.</summary>
    public static string Fill(string name, params ReadOnlySpan<(string Place, string Value)> values)
    {
        var text = Texts.GetOrAdd(name, Read);
        var filled = new StringBuilder(text.Length + 256);
        var at = 0;
        while (at < text.Length)
        {
            if (text[at] is '{' && text.IndexOf('}', at) is var end and > 0 && Find(values, text.AsSpan(at + 1, end - at - 1)) is { } value)
            {
                filled.Append(value);
                at = end + 1;
            }
            else
            {
                filled.Append(text[at++]);
            }
        }

        return filled.ToString();
    }

    private static string? Find(ReadOnlySpan<(string Place, string Value)> values, ReadOnlySpan<char> place)
    {
        foreach (var (name, value) in values)
        {
            if (place.SequenceEqual(name))
            {
                return value;
            }
        }

        return null;
    }

    private static string Read(string name)
    {
        using var stream = typeof(Prompt).Assembly.GetManifestResourceStream($"Prompts.{name}.txt")
            ?? throw new InvalidOperationException($"The prompt {name} is not in the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
