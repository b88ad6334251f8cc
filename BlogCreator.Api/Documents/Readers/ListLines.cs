using System.Globalization;

namespace BlogCreator.Api.Documents.Readers;

/// <summary>Gathers what stands on lines of its own (items of a list, lines of a quote or of code) until something else comes.</summary>
internal sealed class ListLines(BlockWriter writer)
{
    private readonly List<string> _lines = [];
    private readonly Dictionary<(string List, int Level), int> _numbers = [];
    private BlockKind _kind;

    public void Item(string text, string list, int level, bool isNumbered)
    {
        var clean = CleanText.Line(text);
        if (clean.Length == 0)
        {
            return;
        }

        foreach (var deeper in _numbers.Keys.Where(key => key.List == list && key.Level > level).ToList())
        {
            _numbers.Remove(deeper);
        }

        var number = _numbers[(list, level)] = _numbers.GetValueOrDefault((list, level)) + 1;
        Line(BlockKind.List, (isNumbered ? number.ToString(CultureInfo.InvariantCulture) + ". " : "- ") + clean);
    }

    public void Line(BlockKind kind, string text)
    {
        if (_kind != kind)
        {
            Flush();
        }

        _kind = kind;
        _lines.Add(text);
    }

    public void Flush()
    {
        if (_lines.Count > 0)
        {
            writer.Write(_kind, string.Join('\n', _lines));
            _lines.Clear();
        }
    }
}
