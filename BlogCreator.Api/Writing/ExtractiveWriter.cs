namespace BlogCreator.Api.Writing;

/// <summary>Writes without a model.</summary>
public sealed class ExtractiveWriter : IPostWriter
{
    public string Name => "extractive";
}
