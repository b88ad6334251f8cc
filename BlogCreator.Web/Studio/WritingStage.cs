namespace BlogCreator.Web.Studio;

/// <summary>The four steps of writing as a person sees them.</summary>
public enum WritingStage
{
    Documents,
    Brief,
    Outline,
    Text,
}
