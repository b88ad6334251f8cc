using BlogCreator.Contracts;

namespace BlogCreator.Api.Operations;

/// <summary>A part of the product that can say how it is. Each feature brings its own.</summary>
public interface IReportOnItself
{
    /// <summary>Its name in the report, known without asking it.</summary>
    static abstract string Part { get; }

    Task<OperationsPart> Report(CancellationToken cancel);
}

/// <summary>One part, to be asked in a scope of its own beside the others.</summary>
public sealed record ReportingPart(string Name, Type Type);
