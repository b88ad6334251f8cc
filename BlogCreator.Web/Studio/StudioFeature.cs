namespace BlogCreator.Web.Studio;

/// <summary>Where an author works. Its pages are components; this maps what is not a page.</summary>
public static class StudioFeature
{
    public static void MapStudio(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapPost("/studio/samples", AddSamples.Handle).RequireAuthorization().ExcludeFromDescription();
        app.MapPost("/studio/operations/retry", RetryWork.Handle).RequireAuthorization().ExcludeFromDescription();
        app.MapGet("/studio", OpenStudio.Handle).RequireAuthorization().ExcludeFromDescription();
    }
}
