namespace BlogCreator.Api.Platform;

/// <summary>One line of what a person typed: no control characters, no line breaks, no space around it.</summary>
internal static class CleanLine
{
    public static string Of(string? typed) =>
        string.Join(' ', string.Concat(WellFormed.Of(typed ?? "").Select(letter => char.IsControl(letter) ? ' ' : letter)).Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
