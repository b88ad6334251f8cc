using BlogCreator.Contracts;

namespace BlogCreator.Api.Writing;

/// <summary>Generations as the contract shows them.</summary>
public static class DescribeGeneration
{
    public static GenerationDetails ToDetails(Generation generation, IReadOnlyList<GenerationStep> steps, DateTimeOffset now)
    {
        var stored = steps.ToDictionary(step => step.Name, StringComparer.Ordinal);
        return new(
            generation.Id,
            generation.Status,
            generation.Brief,
            [.. (generation.Rewrite is null ? GeneratePost.Steps : RewriteSection.Steps).Select(name => stored.TryGetValue(name, out var step)
                ? new StepDetails(name, step.FinishedAt is null ? StepStatus.Running : StepStatus.Done, step.Detail, step.StartedAt, step.FinishedAt)
                : new StepDetails(name, StepStatus.Waiting, null, null, null))],
            generation.Outline,
            new UsageDetails(
                generation.Writer,
                generation.InputTokens,
                generation.OutputTokens,
                generation.Money,
                generation.StartedAt is { } started ? Math.Round(((generation.FinishedAt ?? now) - started).TotalSeconds, 2) : 0,
                generation.Currency,
                generation.Budget),
            generation.PostId,
            generation.ErrorCode,
            generation.Error,
            generation.CreatedAt,
            generation.FinishedAt,
            generation.WaitingFor,
            generation.Rewrite,
            generation.Proposal);
    }
}
