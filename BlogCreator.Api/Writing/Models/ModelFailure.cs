namespace BlogCreator.Api.Writing.Models;

internal enum ModelFailure
{
    Refused,
    Busy,
    Broken,
    Unreachable,
    Silent,
    CutOff,
    Nonsense,
    TokenBudget,
    MoneyBudget,
}

/// <summary>The model is of no use for the rest of this generation. Carries no words of the endpoint: they may hold the key or the prompt.</summary>
internal sealed class ModelFailedException(ModelFailure failure, Exception? cause = null) : Exception("The language model failed: " + failure, cause)
{
    public ModelFailure Failure { get; } = failure;

    public static string Say(ModelFailure failure) => failure switch
    {
        ModelFailure.Refused => "The language model refused the request; its key or its name may be wrong.",
        ModelFailure.Busy => "The language model had too much to do and turned us away several times.",
        ModelFailure.Broken => "The language model answered with an error.",
        ModelFailure.Unreachable => "The language model could not be reached.",
        ModelFailure.Silent => "The language model did not answer in time.",
        ModelFailure.CutOff => "The answer of the language model broke off.",
        ModelFailure.Nonsense => "What the language model wrote was of no use: it could not be tied to your documents.",
        ModelFailure.TokenBudget => "The tokens that a post may use were used up.",
        ModelFailure.MoneyBudget => "The money that a post may cost was used up.",
        _ => "The language model failed.",
    };
}
