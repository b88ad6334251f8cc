using BlogCreator.ServiceDefaults;
using Microsoft.AspNetCore.Antiforgery;

namespace BlogCreator.Web.Shell;

/// <summary>A form without the token of this browser is refused by the framework; here it is only said. Often it is an old page.</summary>
internal static class NoteForgedForms
{
    public static void UseNotesOfForgedForms(this WebApplication app)
    {
        var security = app.Services.GetRequiredService<SecurityEvents>();
        app.Use((context, next) =>
        {
            if (context.Features.Get<IAntiforgeryValidationFeature>() is { IsValid: false })
            {
                security.NoteSeldom(SecurityEvent.InputRefused, "form-token");
            }

            return next(context);
        });
    }
}
