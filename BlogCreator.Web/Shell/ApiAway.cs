using Polly;

namespace BlogCreator.Web.Shell;

/// <summary>Tells "Api does not answer" from a mistake of our own.</summary>
public static class ApiAway
{
    public static bool Explains(Exception? e) => e
        is HttpRequestException
        or ExecutionRejectedException
        or TimeoutException
        or TaskCanceledException { InnerException: TimeoutException }
        or Contracts.ApiProblemException { Status: System.Net.HttpStatusCode.ServiceUnavailable or System.Net.HttpStatusCode.BadGateway or System.Net.HttpStatusCode.GatewayTimeout };
}
