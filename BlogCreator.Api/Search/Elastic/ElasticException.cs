namespace BlogCreator.Api.Search.Elastic;

internal enum ElasticFailure
{
    /// <summary>No connection, or one that was cut.</summary>
    Unreachable,

    /// <summary>No answer within the time it was given.</summary>
    Slow,

    /// <summary>It asks to be asked later, or says that it is broken.</summary>
    Busy,

    /// <summary>It does not accept our credentials.</summary>
    Unauthorized,

    /// <summary>An answer that is none of Elasticsearch's.</summary>
    Strange,

    /// <summary>Not asked: it failed just before.</summary>
    Resting,

    /// <summary>No such index or alias.</summary>
    Missing,

    /// <summary>The message is larger than it takes.</summary>
    TooLarge,

    /// <summary>It understood and will not do it.</summary>
    Refused,
}

/// <summary>Elasticsearch could not do what it was asked. The message never holds credentials or text of a document.</summary>
internal sealed class ElasticException(ElasticFailure failure, string message, string? type = null, TimeSpan? retryAfter = null, Exception? inner = null)
    : Exception(message, inner)
{
    public ElasticFailure Failure { get; } = failure;

    /// <summary>Elasticsearch's own name of the error, such as <c>index_not_found_exception</c>.</summary>
    public string? Type { get; } = type;

    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>The server as a whole is in no state to work; another message would fare no better.</summary>
    public bool IsOutage => Failure is ElasticFailure.Unreachable or ElasticFailure.Slow or ElasticFailure.Busy or ElasticFailure.Unauthorized or ElasticFailure.Strange or ElasticFailure.Resting;
}
