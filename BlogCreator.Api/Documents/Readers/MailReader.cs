using System.Globalization;
using MimeKit;

namespace BlogCreator.Api.Documents.Readers;

/// <summary>E-mail (EML): subject, who wrote when, the text, what it quotes. Attachments are named, and not read.</summary>
internal sealed class MailReader : IDocumentReader
{
    private const int MostAttachments = 50;

    public ReaderSummary Read(string path, ReaderOutput output)
    {
        LegacyText.Register();
        MimeMessage mail;
        try
        {
            mail = MimeMessage.Load(new ParserOptions { MaxMimeDepth = 32, CharsetEncoding = System.Text.Encoding.UTF8 }, path);
        }
        catch (FormatException)
        {
            throw new ReadFailedException(ReadFailures.Damaged);
        }

        if (mail.Headers.Count == 0 || (mail.From.Count == 0 && mail.Subject is null && mail.Headers[HeaderId.Received] is null))
        {
            throw new ReadFailedException(ReadFailures.ContentMismatch("eml"));
        }

        var writer = new BlockWriter(output);
        writer.Write(BlockKind.Heading, mail.Subject ?? string.Empty, 1);
        var from = string.Join(", ", mail.From.Mailboxes.Select(box => string.IsNullOrWhiteSpace(box.Name) ? box.Address : $"{box.Name} ({box.Address})"));
        var date = mail.Headers.Contains(HeaderId.Date) && mail.Date.Year > 1970 ? mail.Date.ToString("d MMMM yyyy", CultureInfo.InvariantCulture) : null;
        writer.Write(BlockKind.Caption, string.Join(", ", new[] { from.Length > 0 ? "From " + from : null, date }.OfType<string>()));
        if (mail.Body is MimeKit.Cryptography.MultipartEncrypted or MimeKit.Cryptography.ApplicationPkcs7Mime { SecureMimeType: MimeKit.Cryptography.SecureMimeType.EnvelopedData })
        {
            throw new ReadFailedException(ReadFailures.Encrypted);
        }

        if (mail.HtmlBody is { Length: > 0 } html && !string.IsNullOrWhiteSpace(html))
        {
            output.Expect(html.Length / 8);
            var document = HtmlReader.Parse(html);
            HiddenHtml.Remove(document);
            new HtmlBlocks(writer).Write(document.Body ?? document.DocumentElement);
        }
        else
        {
            WriteText(mail.TextBody ?? string.Empty, writer);
        }

        var attachments = mail.Attachments.Take(MostAttachments).Select(part => part.ContentDisposition?.FileName ?? part.ContentType.Name).Where(name => !string.IsNullOrWhiteSpace(name)).ToList();
        if (attachments.Count > 0)
        {
            writer.Write(BlockKind.Note, $"Attached, and not read here: {string.Join(", ", attachments)}.");
        }

        return writer.Finish(title: CleanText.Line(mail.Subject ?? string.Empty) is { Length: > 0 } subject ? subject : null);
    }

    private static void WriteText(string text, BlockWriter writer)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        for (var start = 0; start < lines.Length;)
        {
            var isQuote = lines[start].StartsWith('>');
            var end = start;
            while (end < lines.Length && lines[end].StartsWith('>') == isQuote)
            {
                end++;
            }

            var part = lines[start..end];
            if (isQuote)
            {
                writer.Write(BlockKind.Quote, string.Join('\n', PlainTextReader.BlocksOf(string.Join('\n', part.Select(line => line.TrimStart('>', ' ')))).Select(block => block.Text)));
            }
            else
            {
                // What stands under "-- " is the sender's card.
                var signature = Array.IndexOf(part, "-- ");
                foreach (var block in PlainTextReader.BlocksOf(string.Join('\n', signature >= 0 ? part[..signature] : part)))
                {
                    writer.Write(block.Kind == BlockKind.Heading ? BlockKind.Paragraph : block.Kind, block.Text, 0);
                }
            }

            start = end;
        }
    }
}
