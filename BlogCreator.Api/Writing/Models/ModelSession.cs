using System.ClientModel;
using System.Diagnostics.Metrics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Anthropic.Exceptions;
using BlogCreator.Api.Platform;
using Microsoft.Extensions.AI;

namespace BlogCreator.Api.Writing.Models;

/// <summary>What was sent and received.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ModelUse(int Input, int Output)
{
    public static ModelUse operator +(ModelUse one, ModelUse other) => new(one.Input + other.Input, one.Output + other.Output);

    public decimal Money(LanguageModelOptions prices) =>
        (Input * (prices.InputPrice ?? 0) + Output * (prices.OutputPrice ?? 0)) / 1_000_000m;
}

/// <summary>A question to the model.</summary>
/// <param name="Json">The answer is to be one JSON object.</param>
internal sealed record ModelRequest(string System, string Prompt, int MaxOutputTokens, bool Json = false);

/// <summary>
/// One generation's conversation with the model: it keeps to the budget, counts what is used, and remembers when the model
/// is not to be asked any more.
/// </summary>
/// <param name="used">Stores what was used so far.</param>
/// <param name="changed">Tells, once, that the rest is written without the model.</param>
internal sealed partial class ModelSession(
    LanguageModel model,
    ModelUse before,
    Func<ModelUse, CancellationToken, Task> used,
    Func<ModelFailure, CancellationToken, Task> changed,
    ILogger logger)
{
    /// <summary>Characters of a token, at the least: an estimate has to be too high rather than too low.</summary>
    private const double CharactersOfToken = 3;

    internal static readonly Counter<long> Calls = Telemetry.Meter.CreateCounter<long>("language_model_calls_total", description: "Questions to the language model, by how they ended");
    internal static readonly Counter<long> Tokens = Telemetry.Meter.CreateCounter<long>("language_model_tokens_total", description: "Tokens sent and received");
    internal static readonly Counter<double> Cost = Telemetry.Meter.CreateCounter<double>("language_model_cost_total", description: "What the tokens cost by the prices that are set");

    /// <summary>How a question may end, as <see cref="Calls"/> names it.</summary>
    internal static IEnumerable<string> Outcomes => [Answered, Stopped, .. Enum.GetValues<ModelFailure>().Select(Word)];

    private const string Answered = "answered";
    private const string Stopped = "stopped";

    public LanguageModelOptions Options => model.Options;

    public ModelUse Used { get; private set; } = before;

    public bool IsGone { get; private set; }

    /// <summary>Asks, and hands on the answer as it comes. Ends the answer when <paramref name="heard"/> says that it has enough.</summary>
    /// <returns>The whole answer.</returns>
    public async Task<string> Ask(ModelRequest request, Func<string, bool>? heard, CancellationToken cancel)
    {
        var outcome = Stopped;
        try
        {
            var answer = await Converse(request, heard, cancel);
            outcome = Answered;
            return answer;
        }
        catch (ModelFailedException failed)
        {
            outcome = Word(failed.Failure);
            throw;
        }
        finally
        {
            Calls.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
        }
    }

    private async Task<string> Converse(ModelRequest request, Func<string, bool>? heard, CancellationToken cancel)
    {
        var most = Math.Min(request.MaxOutputTokens, Options.MaxOutputTokens);
        var estimate = new ModelUse(Estimate(request.System.Length + request.Prompt.Length), most);
        KeepToBudget(estimate);
        var answer = new StringBuilder();
        var usage = new UsageDetails();
        ChatFinishReason? finished = null;
        var enough = false;
        using var silence = new Silence(Options.Timeout, cancel);
        try
        {
            var messages = new[] { new ChatMessage(ChatRole.System, request.System), new ChatMessage(ChatRole.User, request.Prompt) };
            var chat = new ChatOptions { MaxOutputTokens = most, ResponseFormat = request.Json ? model.Json : null };
            await foreach (var update in model.Client.GetStreamingResponseAsync(messages, chat, silence.Token))
            {
                silence.Heard();
                finished = update.FinishReason ?? finished;
                foreach (var content in update.Contents)
                {
                    // Reasoning is a content of its own where an endpoint marks it, and not read.
                    if (content is TextContent { Text: { Length: > 0 } text })
                    {
                        answer.Append(text);
                        enough = heard?.Invoke(text) == true;
                    }
                    else if (content is UsageContent { Details: { } details })
                    {
                        usage.Add(details);
                    }
                }

                if (enough || answer.Length > most * 8)
                {
                    enough = true;
                    break;
                }
            }
        }
        catch (Exception failure) when (!cancel.IsCancellationRequested && Reason(failure, silence, answer.Length > 0) is { } reason)
        {
            await Count(usage, estimate, answer.Length, cancel);
            LogFailed(logger, reason, failure.GetType().Name, Status(failure));
            throw new ModelFailedException(reason, failure);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // What was heard until the person stopped it has been paid for too; best effort, since the job ends here.
            Add(Counted(usage, estimate, answer.Length));
            throw;
        }

        await Count(usage, estimate, answer.Length, cancel);
        if (finished == ChatFinishReason.ContentFilter)
        {
            throw new ModelFailedException(ModelFailure.Refused);
        }

        return enough || finished is not null ? answer.ToString() : throw new ModelFailedException(ModelFailure.CutOff);
    }

    /// <summary>From here on nothing is asked any more; told once.</summary>
    public async Task GiveUp(ModelFailure failure, CancellationToken cancel)
    {
        if (!IsGone)
        {
            IsGone = true;
            LogChanged(logger, failure);
            await changed(failure, cancel);
        }
    }

    private void KeepToBudget(ModelUse next)
    {
        var after = Used + next;
        if (after.Input + (long)after.Output > Options.MaxTokensPerGeneration)
        {
            throw new ModelFailedException(ModelFailure.TokenBudget);
        }

        if (Options.MaxMoneyPerGeneration is { } most && after.Money(Options) > most)
        {
            throw new ModelFailedException(ModelFailure.MoneyBudget);
        }
    }

    private async Task Count(UsageDetails usage, ModelUse estimate, int heard, CancellationToken cancel)
    {
        Add(Counted(usage, estimate, heard));
        await used(Used, cancel);
    }

    private void Add(ModelUse call)
    {
        Used += call;
        Tokens.Add(call.Input, new KeyValuePair<string, object?>("direction", "input"));
        Tokens.Add(call.Output, new KeyValuePair<string, object?>("direction", "output"));
        if (Options.ShownCurrency is { } currency)
        {
            Cost.Add((double)call.Money(Options), new KeyValuePair<string, object?>("currency", currency));
        }
    }

    private static string Word(ModelFailure failure) => JsonNamingPolicy.KebabCaseLower.ConvertName(failure.ToString());

    /// <summary>What the endpoint says, else what the texts amount to.</summary>
    private static ModelUse Counted(UsageDetails usage, ModelUse estimate, int heard) =>
        new(Positive(usage.InputTokenCount) ?? estimate.Input, Positive(usage.OutputTokenCount) ?? Estimate(heard));

    private static int? Positive(long? count) => count is > 0 and < int.MaxValue / 4 ? (int)count : null;

    private static int Estimate(int characters) => (int)Math.Ceiling(characters / CharactersOfToken);

    private static ModelFailure? Reason(Exception failure, Silence silence, bool begun) => failure switch
    {
        _ when silence.IsBroken => ModelFailure.Silent,
        _ when Status(failure) is { } status => status switch
        {
            429 or 503 or 529 => ModelFailure.Busy,
            >= 400 and < 500 and not 408 => ModelFailure.Refused,
            _ => ModelFailure.Broken,
        },
        _ when Chain(failure).OfType<HttpRequestException>().Any(NoConnection) => ModelFailure.Unreachable,
        _ when begun || Chain(failure).Any(cause => cause is IOException or HttpRequestException) => ModelFailure.CutOff,
        // What an endpoint sends may be anything; whatever its client makes of that ends here.
        _ => ModelFailure.Broken,
    };

    private static bool NoConnection(HttpRequestException failure) =>
        failure.HttpRequestError is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError;

    private static IEnumerable<Exception> Chain(Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            yield return cause;
        }
    }

    private static int? Status(Exception failure) => failure switch
    {
        ClientResultException { Status: > 0 } refused => refused.Status,
        AnthropicApiException refused => (int)refused.StatusCode,
        HttpRequestException { StatusCode: { } status } => (int)status,
        _ => null,
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "Language model call ended with {Failure} ({Exception}, status {Status})")]
    private static partial void LogFailed(ILogger logger, ModelFailure failure, string exception, int? status);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Language model given up for this generation: {Failure}")]
    private static partial void LogChanged(ILogger logger, ModelFailure failure);
}
