using System.Net;
using BlogCreator.Contracts;
using BlogCreator.ServiceDefaults.Errors;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Diagnostics;

namespace BlogCreator.Web.Shell;

/// <summary>What all pages share: the components, the style sheets and scripts, the site's name, the error pages.</summary>
public static class ShellFeature
{
    public static void AddShell(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);

        // Started as `dotnet BlogCreator.Web.dll` from the build's own folder, the files are still beside the sources.
        builder.WebHost.UseStaticWebAssets();
        if (!builder.Environment.IsDevelopment())
        {
            // Else the files of a build are taken for ones that somebody edits, and are sent without compression.
            builder.Configuration["ReloadStaticAssetsAtRuntime"] ??= "false";
        }

        builder.Services.AddRazorComponents();
        builder.Services.AddCascadingAuthenticationState();
        builder.Services.AddSingleton<ContentVersion>();
        builder.Services.AddSingleton<SiteProfile>();
        builder.Services.AddExceptionHandler<ExplainToPrograms>();
        // What Api could not do, Api reports.
        builder.ExpectErrors(failure => ApiAway.Explains(failure) || failure is ApiProblemException { Status: >= HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests });
        builder.Services.AddOptions<SiteOptions>().BindConfiguration("Site").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.Configure<RazorComponentsServiceOptions>(options => options.MaxFormMappingCollectionSize = 500);
        builder.Services.AddAntiforgery(options =>
        {
            options.Cookie.Name = builder.Environment.IsDevelopment() ? "blogcreator-form" : "__Host-blogcreator-form";
            options.Cookie.SecurePolicy = builder.Environment.IsDevelopment() ? CookieSecurePolicy.SameAsRequest : CookieSecurePolicy.Always;
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.Cookie.Path = "/";
            // ServiceDefaults sets a stricter one on every answer.
            options.SuppressXFrameOptionsHeader = true;
        });
    }

    public static void UseErrorPages(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseStatusCodePagesWithReExecute("/not-found", "?status={0}", createScopeForStatusCodePages: true);
        app.Use((context, next) =>
        {
            // Programs get the problem details that ServiceDefaults writes, further out.
            if (SiteArea.IsForPrograms(context.Request.Path) && context.Features.Get<IStatusCodePagesFeature>() is { } pages)
            {
                pages.Enabled = false;
            }

            return next(context);
        });
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            ExceptionHandlingPath = "/error",
            CreateScopeForErrors = true,
            StatusCodeSelector = ExplainToPrograms.StatusOf,
        });
    }

    public static void MapShell(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapStaticAssets().AllowAnonymous();
        app.MapRazorComponents<App>().WithStaticAssets().Add(endpoint =>
        {
            // Monitors and link checkers ask with HEAD; a page that answers GET answers that too.
            for (var i = 0; i < endpoint.Metadata.Count; i++)
            {
                if (endpoint.Metadata[i] is HttpMethodMetadata methods && methods.HttpMethods.Contains(HttpMethods.Get))
                {
                    endpoint.Metadata[i] = new HttpMethodMetadata([.. methods.HttpMethods, HttpMethods.Head]);
                }
            }
        });
    }
}
