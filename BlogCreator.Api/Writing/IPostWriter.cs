namespace BlogCreator.Api.Writing;

/// <summary>Writes the sections of a post from the passages chosen for them.</summary>
public interface IPostWriter
{
    string Name { get; }
}
