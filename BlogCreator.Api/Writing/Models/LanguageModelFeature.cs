using BlogCreator.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Writing.Models;

/// <summary>The language model's settings and the way to its endpoint.</summary>
internal static class LanguageModelFeature
{
    public static void AddLanguageModel(this IServiceCollection services)
    {
        services.AddOptions<LanguageModelOptions>().BindConfiguration("LanguageModel").ValidateOnStart();
        services.AddSingleton<IValidateOptions<LanguageModelOptions>, CheckLanguageModelOptions>();
        services.AddSingleton<LanguageModel>();
        services.CountFromZero(ModelSession.Calls, "outcome", ModelSession.Outcomes)
            .CountFromZero(ModelSession.Tokens, "direction", "input", "output")
            .CountFromZero(ModelSession.Cost, "currency", provider => provider.GetRequiredService<LanguageModel>().Options.ShownCurrency is { } currency ? [currency] : []);
        services.AddTransient<WaitWhenBusy>().AddTransient<LimitAnswer>();
        var http = services.AddHttpClient(LanguageModel.ClientName)
            // Its headers carry the key.
            .RemoveAllLoggers()
            // The key goes to the address that was set and to no other.
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(10), PooledConnectionLifetime = TimeSpan.FromMinutes(10) });
#pragma warning disable EXTEXP0001 // For evaluation only: it is the documented way to leave out the defaults, whose time limits would cut a stream.
        http.RemoveAllResilienceHandlers();
#pragma warning restore EXTEXP0001
        http.AddHttpMessageHandler<WaitWhenBusy>().AddHttpMessageHandler<LimitAnswer>();
    }
}
