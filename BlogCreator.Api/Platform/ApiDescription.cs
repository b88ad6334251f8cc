using System.Reflection;
using System.Xml.Linq;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace BlogCreator.Api.Platform;

/// <summary>
/// The description at <c>/openapi/v1.json</c>. What an operation does is said once, in the comment on its class, and shown
/// here too.
/// </summary>
public static class ApiDescription
{
    public static IHostApplicationBuilder AddApiDescription(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOpenApi(options =>
        {
            options.AddDocumentTransformer((document, _, _) =>
            {
                document.Info.Title = "Blog Creator";
                document.Info.Description =
                    "From documents to posts in which every factual sentence is checked against the passage it rests on. "
                    + "Send an API key as `Authorization: Bearer ...`. Errors are problem details (RFC 9457): `code` is for programs, `detail` says what to do.";
                return Task.CompletedTask;
            });
            var comments = new Lazy<Dictionary<string, string>>(ReadComments);
            options.AddOperationTransformer((operation, context, _) =>
            {
                Describe(operation, context, comments.Value);
                return Task.CompletedTask;
            });
        });
        return builder;
    }

    /// <summary>The description, and outside production the page to browse it, whose script writes styles and needs a looser policy.</summary>
    public static void MapApiDescription(this WebApplication app)
    {
        app.MapOpenApi();
        if (app.Environment.IsProduction())
        {
            return;
        }

        var page = app.MapGroup("");
        page.MapScalarApiReference(scalar => scalar.WithTitle("Blog Creator API").WithDynamicBaseServerUrl().DisableDefaultFonts());
        page.AddEndpointFilter((context, next) =>
        {
            context.HttpContext.Response.Headers.ContentSecurityPolicy =
                "default-src 'none'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";
            return next(context);
        });
    }

    private static void Describe(OpenApiOperation operation, OpenApiOperationTransformerContext context, Dictionary<string, string> comments)
    {
        var handler = context.Description.ActionDescriptor.EndpointMetadata.OfType<MethodInfo>().FirstOrDefault();
        if (operation.Summary is null && handler?.DeclaringType?.FullName is { } type && comments.TryGetValue(type, out var comment))
        {
            operation.Summary = comment;
        }

        operation.Responses ??= [];
        operation.Responses.TryAdd("default", new OpenApiResponse
        {
            Description = "Refused: problem details (RFC 9457).",
            Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal) { ["application/problem+json"] = new() },
        });
    }

    /// <summary>The summaries of types from the documentation file beside the assembly; empty when it is not deployed.</summary>
    private static Dictionary<string, string> ReadComments()
    {
        var file = Path.ChangeExtension(typeof(ApiDescription).Assembly.Location, ".xml");
        if (!File.Exists(file))
        {
            return [];
        }

        return XDocument.Load(file).Descendants("member")
            .Where(member => member.Attribute("name")!.Value.StartsWith("T:", StringComparison.Ordinal) && member.Element("summary") is not null)
            .ToDictionary(
                member => member.Attribute("name")!.Value[2..],
                member => string.Join(' ', Text(member.Element("summary")!).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)),
                StringComparer.Ordinal);
    }

    private static string Text(XElement summary) => string.Concat(summary.Nodes().Select(node => node switch
    {
        XElement { Name.LocalName: "see" } reference => reference.Attribute("cref")?.Value.Split('.')[^1] ?? "",
        XElement element => element.Value,
        XText text => text.Value,
        _ => "",
    }));
}
