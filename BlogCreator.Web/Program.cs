using BlogCreator.ServiceDefaults;
using BlogCreator.Web.Account;
using BlogCreator.Web.Gateway;
using BlogCreator.Web.Monitoring;
using BlogCreator.Web.Public;
using BlogCreator.Web.Shell;
using BlogCreator.Web.Studio;

if (await HealthcheckCommand.Run(args) is { } health)
{
    return health;
}

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddRedisClient("redis");
builder.AddRollCall("web");
builder.AddShell();
builder.AddGateway();
builder.AddAccount();
builder.AddPublic();
builder.AddMonitoring();

var app = builder.Build();
app.UseServiceDefaults(early: PublicFeature.UseKeptPages);
app.UseErrorPages();
app.UseAuthentication();
app.UseSignInAgain();
app.UseAuthorization();
app.UseAntiforgery();
app.UseNotesOfForgedForms();
app.UsePublicCaching();

app.MapDefaultEndpoints();
app.MapGateway();
app.MapPublic();
app.MapAccount();
app.MapStudio();
app.MapMonitoring();
app.MapShell();
await app.RunAsync();
return 0;
