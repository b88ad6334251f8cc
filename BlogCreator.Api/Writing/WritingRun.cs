using System.Text.Json;
using BlogCreator.Api.Data;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Writing;

/// <summary>The person asked to stop.</summary>
internal sealed class WritingStoppedException : Exception;

/// <summary>One worker's run through the steps of a generation: each is stored with its events in one transaction.</summary>
internal sealed class WritingRun(BlogDb db, JobLease lease, Generation generation, GenerationSignal signal, TimeProvider clock, Dictionary<string, GenerationStep> steps)
{
    public Generation Generation => generation;

    public bool IsDone(string step) => steps.TryGetValue(step, out var known) && known.FinishedAt is not null;

    public Task Tell(string type, object data, CancellationToken cancel) => GenerationLog.Add(db, generation.Id, type, data, clock.GetUtcNow(), cancel);

    /// <summary>Stores what <paramref name="change"/> prepares, if this worker still holds the job.</summary>
    public async Task Store(Func<Task> change, CancellationToken cancel)
    {
        await using var transaction = await db.BeginAlone(generation.Id, cancel);
        await lease.Fence(db, cancel);
        await change();
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        signal.Notify(generation.Id);
    }

    /// <summary>What was stored as the result of a step; null when there is nothing.</summary>
    public TStored? Result<TStored>(string step)
        where TStored : class =>
        steps.TryGetValue(step, out var known) && known.Result is { } stored ? JsonSerializer.Deserialize<TStored>(stored, BlogApi.Json) : null;

    /// <summary>Tells the person something about the writing.</summary>
    public Task Notice(string code, string text, CancellationToken cancel) => Store(() => Tell("notice", new { code, text }, cancel), cancel);

    public async Task StopIfAsked(CancellationToken cancel)
    {
        if (await db.Generations.AnyAsync(row => row.Id == generation.Id && row.CancelRequested, cancel))
        {
            throw new WritingStoppedException();
        }
    }

    public async Task Begin(string name, string detail, CancellationToken cancel)
    {
        if (steps.TryGetValue(name, out var known) && (known.FinishedAt is not null || known.Detail == detail))
        {
            return;
        }

        await Store(async () =>
        {
            if (known is null)
            {
                known = new GenerationStep { GenerationId = generation.Id, Name = name, StartedAt = clock.GetUtcNow() };
                db.GenerationSteps.Add(known);
                steps[name] = known;
            }

            known.Detail = detail;
            await Tell("step", new { name, status = StepStatus.Running, detail }, cancel);
        }, cancel);
    }

    public Task End(string name, string result, string detail, CancellationToken cancel)
    {
        var step = steps[name];
        if (step.FinishedAt is not null)
        {
            return Task.CompletedTask;
        }

        (step.Result, step.Detail, step.FinishedAt) = (result, detail, clock.GetUtcNow());
        return Tell("step", new { name, status = StepStatus.Done, detail }, cancel);
    }

    /// <summary>Runs a step, or takes the result it stored before.</summary>
    public async Task<T> Step<T>(string name, string doing, Func<Task<T>> work, Func<T, string> describe, Func<T, Task>? alsoStore, CancellationToken cancel)
    {
        if (steps.TryGetValue(name, out var known) && known is { FinishedAt: not null, Result: { } stored })
        {
            return JsonSerializer.Deserialize<T>(stored, BlogApi.Json)!;
        }

        await StopIfAsked(cancel);
        await Begin(name, doing, cancel);
        using var span = Telemetry.Source.StartActivity($"generation {name}");
        var result = await work();
        await Store(async () =>
        {
            if (alsoStore is not null)
            {
                await alsoStore(result);
            }

            await End(name, JsonSerializer.Serialize(result, BlogApi.Json), describe(result), cancel);
        }, cancel);
        return result;
    }

    /// <summary>A part of a step: kept like one, but not told as one.</summary>
    public async Task<T> Part<T>(string name, Func<Task<T>> work, Func<T, Task> alsoStore, CancellationToken cancel)
    {
        if (steps.TryGetValue(name, out var known) && known.Result is { } stored)
        {
            return JsonSerializer.Deserialize<T>(stored, BlogApi.Json)!;
        }

        var started = clock.GetUtcNow();
        using var span = Telemetry.Source.StartActivity($"generation {name}");
        var result = await work();
        await Store(async () =>
        {
            var part = new GenerationStep { GenerationId = generation.Id, Name = name, StartedAt = started, FinishedAt = clock.GetUtcNow(), Result = JsonSerializer.Serialize(result, BlogApi.Json) };
            db.GenerationSteps.Add(part);
            steps[name] = part;
            await alsoStore(result);
        }, cancel);
        return result;
    }
}
