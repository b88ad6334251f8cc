using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace BlogCreator.ServiceDefaults.Errors;

/// <summary>What goes wrong without being a mistake of ours, or is reported by somebody else already.</summary>
public sealed class ExpectedErrors
{
    internal List<Func<Exception, bool>> Kinds { get; } = [];

    internal bool Contain(Exception failure, HttpContext? context) => failure switch
    {
        BadHttpRequestException => true,
        // Somebody left, and what was done for them broke off.
        OperationCanceledException or IOException when context?.RequestAborted.IsCancellationRequested == true => true,
        AggregateException { InnerExceptions: { Count: > 0 } all } => all.All(one => Contain(one, context)),
        _ => Kinds.Exists(isExpected => isExpected(failure)),
    };
}

/// <summary>Lets each service name what it expects.</summary>
public static class ExpectedErrorsSetup
{
    public static void ExpectErrors(this IHostApplicationBuilder builder, Func<Exception, bool> isExpected)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.Configure<ExpectedErrors>(expected => expected.Kinds.Add(isExpected));
    }
}
