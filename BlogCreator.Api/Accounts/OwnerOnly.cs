using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using BlogCreator.ServiceDefaults;
using Microsoft.AspNetCore.Authorization;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Accounts;

/// <summary>The policy <see cref="Policies.Owner"/>: asked of the database each time, so that it holds for keys and old cookies too.</summary>
internal sealed class OwnerOnly(BlogDb db, SecurityEvents security, IHttpContextAccessor request) : AuthorizationHandler<OwnerOnly.Requirement>
{
    protected override async Task HandleRequirementAsync(AuthorizationHandlerContext context, Requirement requirement)
    {
        if (CurrentUser.From(context.User) is { } user
            && await db.People.AnyAsync(person => person.Id == user.Id && person.IsOwner, request.HttpContext?.RequestAborted ?? CancellationToken.None))
        {
            context.Succeed(requirement);
            if (request.HttpContext is { } asked && !HttpMethods.IsGet(asked.Request.Method) && !HttpMethods.IsHead(asked.Request.Method))
            {
                security.Note(SecurityEvent.ActedAsOwner, person: user.Id, subject: asked.GetEndpoint()?.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName);
            }
        }
    }

    internal sealed class Requirement : IAuthorizationRequirement;
}
