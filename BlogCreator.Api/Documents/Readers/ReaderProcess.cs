using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace BlogCreator.Api.Documents.Readers;

/// <summary>
/// The reading process: reads one file, writes what it finds to its standard output, one JSON object a line, and ends.
/// It holds no connection, no key and no host, because the file it reads may take it over.
/// </summary>
public static class ReaderProcess
{
    internal const string MaxPagesVariable = "Reading__MaxPages";
    internal const string MaxCharactersVariable = "Reading__MaxCharacters";
    internal const string CpuSecondsVariable = "Reading__CpuSeconds";

    private static readonly ReaderJson Json = new(new JsonSerializerOptions(ReaderJson.Default.Options)
    {
        // The reader of these lines is our own parser; escaping every letter beyond ASCII would triple some documents.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary><c>read TYPE PATH</c>; answers the exit code.</summary>
    public static int Run(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        if (args is not ["read", var fileType, var path])
        {
            return 64;
        }

        ReaderLimits.Apply(Number(CpuSecondsVariable, 60));
        EndWithParent();
        using var stdout = new BufferedStream(Console.OpenStandardOutput(), 1 << 16);
        var output = new ReaderOutput(Number(MaxPagesVariable, 2000), Number(MaxCharactersVariable, 20_000_000), message => Write(stdout, message));
        Write(stdout, Read(fileType, path, output));
        return 0;
    }

    private static ReaderMessage Read(string fileType, string path, ReaderOutput output)
    {
        try
        {
            if (ContentCheck.Of(fileType, path) is { } mismatch)
            {
                return new ReaderMessage(Failure: mismatch);
            }

            return new ReaderMessage(Summary: ReaderOf(fileType).Read(path, output));
        }
        catch (ReadFailedException failed)
        {
            return new ReaderMessage(Failure: failed.Failure);
        }
        catch (OutOfMemoryException)
        {
            return new ReaderMessage(Failure: ReadFailures.OutOfMemory);
        }
        catch (Exception problem)
        {
            // The parsers of a dozen formats tell a broken file by any exception there is.
            Console.Error.WriteLine(problem);
            return new ReaderMessage(Failure: ReadFailures.Damaged);
        }
    }

    private static IDocumentReader ReaderOf(string fileType) => fileType switch
    {
        "pdf" => new PdfReader(),
        "markdown" => new MarkdownReader(),
        "text" => new PlainTextReader(),
        "docx" => new WordReader(),
        "pptx" => new SlidesReader(),
        "xlsx" or "xls" => new ExcelReader(),
        "csv" => new DelimitedReader(),
        "odt" or "ods" or "odp" => new OpenDocumentReader(),
        "rtf" => new RtfReader(),
        "epub" => new EpubReader(),
        "html" => new HtmlReader(),
        "eml" => new MailReader(),
        _ => throw new ArgumentException($"No reader for {fileType}.", nameof(fileType)),
    };

    private static void Write(Stream stdout, ReaderMessage message)
    {
        JsonSerializer.Serialize(stdout, message, Json.ReaderMessage);
        stdout.WriteByte((byte)'\n');
        if (message.Block is null)
        {
            stdout.Flush();
        }
    }

    // The parent keeps our standard input open as long as it lives, however it ends.
    private static void EndWithParent()
    {
        var watch = new Thread(static () =>
        {
            try
            {
                using var stdin = Console.OpenStandardInput();
                stdin.ReadByte();
            }
            catch (IOException)
            {
                // Closed is closed.
            }

            Environment.Exit(3);
        })
        {
            IsBackground = true,
            Name = "end with parent",
        };
        watch.Start();
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
