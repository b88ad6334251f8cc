using BlogCreator.Contracts;

namespace BlogCreator.Api.Operations;

/// <summary>A part of the product that can say how it is. Each feature brings its own.</summary>
public interface IReportOnItself
{
    Task<OperationsPart> Report(CancellationToken cancel);
}
