using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace BlogCreator.ServiceDefaults;

/// <summary>
/// Counters stand at zero from the start, so that a rate and an alarm know them before the first event. A counter shows
/// only once something was added to it, and what is added before somebody listens is lost.
/// </summary>
internal sealed class FirstSeries(IEnumerable<FirstSeries.Add> counters) : IHostedService
{
    public delegate void Add();

    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var add in counters)
        {
            add();
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

public static class FirstSeriesExtensions
{
    /// <summary>Has the counter show from the start, with each value of its one label.</summary>
    public static IServiceCollection CountFromZero<T>(this IServiceCollection services, Counter<T> counter, string label, params IEnumerable<string> values)
        where T : struct =>
        services.CountFromZero(counter, label, _ => values);

    /// <summary>The same where the settings say which values there are.</summary>
    public static IServiceCollection CountFromZero<T>(this IServiceCollection services, Counter<T> counter, string label, Func<IServiceProvider, IEnumerable<string>> values)
        where T : struct =>
        services.CountFromZero(counter, provider => values(provider).Select(value => new TagList { { label, value } }));

    /// <summary>Has the counter show from the start, with each of these sets of labels.</summary>
    public static IServiceCollection CountFromZero<T>(this IServiceCollection services, Counter<T> counter, Func<IServiceProvider, IEnumerable<TagList>> labels)
        where T : struct =>
        services.AddSingleton<FirstSeries.Add>(provider => () =>
        {
            foreach (var set in labels(provider))
            {
                counter.Add(default, set);
            }
        });

    /// <summary>Has a counter without labels show from the start.</summary>
    public static IServiceCollection CountFromZero<T>(this IServiceCollection services, Counter<T> counter)
        where T : struct =>
        services.AddSingleton<FirstSeries.Add>(_ => () => counter.Add(default));
}
