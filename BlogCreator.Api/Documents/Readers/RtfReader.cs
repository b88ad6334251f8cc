using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace BlogCreator.Api.Documents.Readers;

/// <summary>
/// Rich text: groups, control words and bytes in the code page of their font. What a program may pass over (starred groups),
/// pictures, headers and hidden or deleted text are left out.
/// </summary>
internal sealed class RtfReader : IDocumentReader
{
    public ReaderSummary Read(string path, ReaderOutput output)
    {
        var bytes = File.ReadAllBytes(path);
        LegacyText.Register();
        var writer = new BlockWriter(output);
        var parser = new RtfParser(bytes, writer, output);
        parser.Run();
        return writer.Finish(title: writer.FirstHeading ?? parser.Title);
    }
}

/// <summary>One pass over the bytes of a rich text file.</summary>
internal sealed partial class RtfParser(byte[] bytes, BlockWriter writer, ReaderOutput output)
{
    private const int Deepest = 5000;
    private const int DefaultSize = 24;
    private const int SmallestSize = 4;

    private static readonly Dictionary<string, char> Signs = new(StringComparer.Ordinal)
    {
        ["emdash"] = '—',
        ["endash"] = '–',
        ["lquote"] = '‘',
        ["rquote"] = '’',
        ["ldblquote"] = '“',
        ["rdblquote"] = '”',
        ["bullet"] = '•',
        ["tab"] = ' ',
        ["line"] = ' ',
        ["emspace"] = ' ',
        ["enspace"] = ' ',
        ["qmspace"] = ' ',
        ["nestcell"] = ' ',
    };

    private static readonly HashSet<string> Skipped = new(StringComparer.Ordinal)
    {
        "pict", "object", "header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf", "fldinst", "themedata", "colorschememapping",
        "datastore", "latentstyles", "listtable", "listoverridetable", "rsidtbl", "generator", "xmlnstbl", "filetbl", "revtbl", "annotation", "atnid",
        "atnauthor", "bkmkstart", "bkmkend", "sp", "private", "panose", "falt", "pnseclvl", "ftnsep", "ftnsepc", "aftnsep", "aftncn", "template",
        "author", "operator", "company", "subject", "keywords", "comment", "doccomm", "hlinkbase", "category", "manager", "shpinst", "do", "nonesttables", "xe", "tc",
    };

    private readonly Stack<Look> _groups = new();
    private readonly List<byte> _raw = [];
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _aside = new();
    private readonly List<string> _notes = [];
    private readonly List<string> _cells = [];
    private readonly List<string> _rows = [];
    private readonly Dictionary<int, int> _fonts = [];
    private readonly Dictionary<int, int> _headings = [];
    private readonly List<bool> _isWhite = [];
    private readonly ListLines _lines = new(writer);
    private Look _look = new() { Size = DefaultSize, UnicodeSkip = 1 };
    private int _codePage = 1252;
    private int _at;
    private int _toSkip;
    private int _font = -1;
    private (int Red, int Green, int Blue)? _colour;
    private int _style;
    private int? _styleLevel;
    private string _mark = string.Empty;
    private char _high;

    private enum Destination
    {
        Text,
        Skip,
        Fonts,
        Colours,
        Styles,
        Mark,
        Title,
        Note,
    }

    public string? Title { get; private set; }

    public void Run()
    {
        while (_at < bytes.Length)
        {
            var value = bytes[_at++];
            switch (value)
            {
                case (byte)'{':
                    Open();
                    break;
                case (byte)'}':
                    Close();
                    break;
                case (byte)'\\':
                    Control();
                    break;
                case (byte)'\r' or (byte)'\n' or 0:
                    break;
                default:
                    Byte(value);
                    break;
            }
        }

        EndParagraph();
        EndTable();
        _lines.Flush();
        _notes.ForEach(note => writer.Write(BlockKind.Note, note));
    }

    private void Open()
    {
        Decode();
        _toSkip = 0;
        if (_groups.Count >= Deepest)
        {
            throw new ReadFailedException(ReadFailures.Damaged);
        }

        _groups.Push(_look);
    }

    private void Close()
    {
        Decode();
        _toSkip = 0;
        if (!_groups.TryPop(out var outer))
        {
            return;
        }

        if (outer.Goes != _look.Goes)
        {
            switch (_look.Goes)
            {
                case Destination.Note:
                    _notes.Add(_aside.ToString());
                    break;
                case Destination.Mark:
                    _mark = CleanText.Line(_aside.ToString());
                    break;
                case Destination.Title:
                    Title = CleanText.Line(_aside.ToString()) is { Length: > 0 } title ? title : null;
                    break;
            }
        }

        if (_look.Goes == Destination.Styles)
        {
            NameStyle();
        }

        _look = outer;
    }

    private void Control()
    {
        if (_at >= bytes.Length)
        {
            return;
        }

        var sign = (char)bytes[_at];
        if (!char.IsAsciiLetter(sign))
        {
            _at++;
            Symbol(sign);
            return;
        }

        var start = _at;
        while (_at < bytes.Length && _at - start < 40 && char.IsAsciiLetter((char)bytes[_at]))
        {
            _at++;
        }

        var word = Encoding.ASCII.GetString(bytes, start, _at - start);
        int? number = null;
        var digits = _at;
        if (_at < bytes.Length && bytes[_at] == '-')
        {
            _at++;
        }

        while (_at < bytes.Length && _at - digits < 11 && char.IsAsciiDigit((char)bytes[_at]))
        {
            _at++;
        }

        if (int.TryParse(bytes.AsSpan(digits, _at - digits), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var parsed))
        {
            number = parsed;
        }

        if (_at < bytes.Length && bytes[_at] == ' ')
        {
            _at++;
        }

        Word(word, number);
    }

    private void Symbol(char sign)
    {
        switch (sign)
        {
            case '\'' when _at + 1 < bytes.Length:
                if (byte.TryParse(bytes.AsSpan(_at, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
                {
                    Byte(value);
                }

                _at += 2;
                break;
            case '\\' or '{' or '}':
                Byte((byte)sign);
                break;
            case '~':
                Put(' ');
                break;
            case '_':
                Put('-');
                break;
            case '*':
                _look = _look with { Goes = Destination.Skip, IsStarred = true };
                break;
            case '\r' or '\n':
                Word("par", null);
                break;
        }
    }

    private void Word(string word, int? number)
    {
        if (word == "bin")
        {
            _at = (int)Math.Min(bytes.Length, _at + (long)Math.Max(0, number ?? 0));
            return;
        }

        if (word == "u")
        {
            Decode();
            Put((char)(number ?? 0));
            _toSkip = _look.UnicodeSkip;
            return;
        }

        Decode();
        if (Signs.TryGetValue(word, out var sign))
        {
            Put(sign);
            return;
        }

        if (IsDestination(word))
        {
            return;
        }

        if (_look.IsStarred && _look.Goes == Destination.Skip)
        {
            return;
        }

        switch (_look.Goes)
        {
            case Destination.Fonts:
                FontWord(word, number);
                return;
            case Destination.Colours:
                ColourWord(word, number ?? 0);
                return;
            case Destination.Styles:
                _style = word == "s" ? number ?? 0 : _style;
                _styleLevel = word == "outlinelevel" ? number : _styleLevel;
                return;
        }

        Format(word, number);
    }

    private bool IsDestination(string word)
    {
        Destination? goes = word switch
        {
            "fonttbl" => Destination.Fonts,
            "colortbl" => Destination.Colours,
            "stylesheet" => Destination.Styles,
            "listtext" or "pntext" => Destination.Mark,
            "title" when _look.Goes == Destination.Text => Destination.Title,
            "footnote" => Destination.Note,
            _ when Skipped.Contains(word) => Destination.Skip,
            _ => null,
        };
        if (goes is not { } into)
        {
            return false;
        }

        // A group within something skipped stays skipped.
        if (_look.Goes != Destination.Skip || _look.IsStarred)
        {
            _look = _look with { Goes = into == Destination.Note && _look.IsStarred ? Destination.Skip : into, IsStarred = false };
            _aside.Clear();
        }

        return true;
    }

    private void FontWord(string word, int? number)
    {
        if (word == "f")
        {
            _font = number ?? 0;
        }
        else if (word == "fcharset" && LegacyText.OfCharset(number ?? 0) is { } codePage)
        {
            _fonts[_font] = codePage;
        }
    }

    private void ColourWord(string word, int number)
    {
        var (red, green, blue) = _colour ?? (0, 0, 0);
        _colour = word switch
        {
            "red" => (number, green, blue),
            "green" => (red, number, blue),
            "blue" => (red, green, number),
            _ => _colour,
        };
    }

    private void NameStyle()
    {
        var name = _aside.ToString().Trim(' ', ';');
        _aside.Clear();
        if (_styleLevel is >= 0 and < 9)
        {
            _headings[_style] = _styleLevel.Value + 1;
        }
        else if (HeadingName().Match(name) is { Success: true } heading)
        {
            _headings[_style] = heading.Groups["level"].Length > 0 ? int.Parse(heading.Groups["level"].ValueSpan, CultureInfo.InvariantCulture) : 1;
        }

        (_style, _styleLevel) = (0, null);
    }

    private void Format(string word, int? number)
    {
        switch (word)
        {
            case "ansicpg":
                _codePage = LegacyText.IsKnown(number ?? 0) ? number!.Value : _codePage;
                break;
            case "mac":
                _codePage = 10000;
                break;
            case "pc" or "pca":
                _codePage = word == "pc" ? 437 : 850;
                break;
            case "uc":
                _look = _look with { UnicodeSkip = Math.Clamp(number ?? 1, 0, 10) };
                break;
            case "f":
                _look = _look with { CodePage = _fonts.GetValueOrDefault(number ?? 0) };
                break;
            case "v" or "deleted" or "webhidden":
                _look = _look with { IsHidden = number is not 0 };
                break;
            case "fs":
                _look = _look with { Size = number ?? DefaultSize };
                break;
            case "cf":
                _look = _look with { Colour = number ?? 0 };
                break;
            case "highlight" or "cb" or "chcbpat" or "cbpat" or "clcbpat":
                _look = _look with { HasBack = number is > 0 };
                break;
            case "plain":
                _look = _look with { IsHidden = false, Size = DefaultSize, Colour = 0, HasBack = false, CodePage = 0 };
                break;
            case "pard":
                _look = _look with { Style = 0, Outline = 9, IsInTable = false, List = 0, HasBack = false };
                break;
            case "s":
                _look = _look with { Style = number ?? 0 };
                break;
            case "outlinelevel":
                _look = _look with { Outline = number ?? 9 };
                break;
            case "intbl":
                _look = _look with { IsInTable = true };
                break;
            case "ls":
                _look = _look with { List = number ?? 0 };
                break;
            case "par" or "sect" or "page" or "column":
                EndOfParagraph();
                break;
            case "cell":
                if (_look.Goes == Destination.Text)
                {
                    _cells.Add(_text.ToString());
                    _text.Clear();
                    _mark = string.Empty;
                }

                break;
            case "row":
                EndRow();
                break;
        }
    }

    private void EndOfParagraph()
    {
        if (_look.Goes is Destination.Note or Destination.Mark)
        {
            _aside.Append(' ');
        }
        else if (_look.Goes == Destination.Text)
        {
            if (_look.IsInTable)
            {
                _text.Append(' ');
            }
            else
            {
                EndParagraph();
            }
        }
    }

    private void EndParagraph()
    {
        EndTable();
        var text = CleanText.Line(_text.ToString());
        _text.Clear();
        var mark = _mark;
        _mark = string.Empty;
        if (text.Length == 0)
        {
            return;
        }

        output.Expect(text.Length);
        var level = _look.Outline is >= 0 and < 9 ? _look.Outline + 1 : _headings.GetValueOrDefault(_look.Style);
        if (level > 0)
        {
            _lines.Flush();
            writer.Write(BlockKind.Heading, text, level);
        }
        else if (mark.Length > 0 || _look.List > 0)
        {
            _lines.Line(BlockKind.List, (Number().IsMatch(mark) ? mark : "-") + " " + text);
        }
        else
        {
            _lines.Flush();
            writer.Write(BlockKind.Paragraph, text);
        }
    }

    private void EndRow()
    {
        if (_text.Length > 0)
        {
            // Text between the last cell and the end of its row belongs to no cell.
            _cells.Add(_text.ToString());
            _text.Clear();
        }

        if (_cells.Exists(cell => !string.IsNullOrWhiteSpace(cell)))
        {
            _rows.Add(TableText.Row(_cells));
        }

        _cells.Clear();
    }

    private void EndTable()
    {
        if (_cells.Count > 0)
        {
            EndRow();
        }

        if (_rows.Count > 0)
        {
            _lines.Flush();
            writer.Write(BlockKind.Table, string.Join('\n', _rows));
            _rows.Clear();
        }
    }

    private void Byte(byte value)
    {
        if (_toSkip > 0)
        {
            _toSkip--;
            return;
        }

        if (_look.Goes == Destination.Colours)
        {
            if (value == ';')
            {
                _isWhite.Add(_colour is { Red: > 247, Green: > 247, Blue: > 247 });
                _colour = null;
            }

            return;
        }

        if (_look.Goes is not (Destination.Skip or Destination.Fonts))
        {
            _raw.Add(value);
        }
    }

    // Letters of more than one byte may be written half as an escape and half as a letter: they are decoded together.
    private void Decode()
    {
        if (_raw.Count == 0)
        {
            return;
        }

        var text = LegacyText.Encoding(_look.CodePage > 0 ? _look.CodePage : _codePage).GetString(_raw.ToArray());
        _raw.Clear();
        Append(text);
    }

    private void Put(char letter)
    {
        if (_toSkip > 0)
        {
            _toSkip--;
            return;
        }

        Decode();
        if (char.IsHighSurrogate(letter))
        {
            _high = letter;
        }
        else if (char.IsLowSurrogate(letter))
        {
            Append(new string([_high, letter]));
        }
        else
        {
            Append(letter.ToString());
        }
    }

    private void Append(string text)
    {
        if (_look.Goes is Destination.Skip or Destination.Fonts or Destination.Colours || !IsSeen())
        {
            return;
        }

        (_look.Goes == Destination.Text ? _text : _aside).Append(text);
    }

    private bool IsSeen() => !_look.IsHidden
        && _look.Size >= SmallestSize
        && (_look.HasBack || _look.IsInTable || _look.Colour >= _isWhite.Count || !_isWhite[_look.Colour]);

    [GeneratedRegex(@"^(?:heading (?<level>[1-9])|title)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 20_000)]
    private static partial Regex HeadingName();

    [GeneratedRegex(@"^\(?(?:\d+|[a-zA-Z]|[ivxIVX]+)(?:\.\d+)*[.)]$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 20_000)]
    private static partial Regex Number();

    /// <summary>What a group inherits and forgets again at its end.</summary>
    private readonly record struct Look
    {
        public Look()
        {
        }

        public Destination Goes { get; init; }

        public bool IsStarred { get; init; }

        public bool IsHidden { get; init; }

        public bool HasBack { get; init; }

        public bool IsInTable { get; init; }

        public int Size { get; init; }

        public int Colour { get; init; }

        public int CodePage { get; init; }

        public int UnicodeSkip { get; init; }

        public int Style { get; init; }

        public int Outline { get; init; } = 9;

        public int List { get; init; }
    }
}
