namespace BlogCreator.Api.Documents.Readers;

/// <summary>Turns a file of one format into blocks. Runs only in the reading process.</summary>
internal interface IDocumentReader
{
    /// <exception cref="ReadFailedException">The file cannot be read, for a reason its owner can act on.</exception>
    ReaderSummary Read(string path, ReaderOutput output);
}
