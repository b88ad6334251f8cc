using BlogCreator.Api.Data;
using BlogCreator.Api.Operations;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Documents;

/// <summary>Has a document read once more. A reading that was told to stop may take a moment to do so, and is waited for.</summary>
internal sealed class QueueReading(BlogDb db, TimeProvider clock)
{
    private const int MostAttempts = 30;
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(100);

    /// <returns>The document, queued; null when the reading before it did not end in time.</returns>
    public async Task<Document?> Add(Document document, string fileName, string fileType, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            var now = clock.GetUtcNow();
            document.QueueAgain(fileName, fileType, now);
            db.Jobs.Add(Job.Create(ReadDocument.Kind, document.Id, now));
            try
            {
                await db.SaveChangesAsync(cancel);
                return document;
            }
            catch (DbUpdateException taken) when (!FullDatabase.Is(taken))
            {
                // There is a job for it. Either somebody else asked at the same moment, and that one reads it, or it is on its way out.
                db.ChangeTracker.Clear();
                document = await db.Documents.IgnoreQueryFilters().SingleAsync(again => again.Id == document.Id, cancel);
                if (document.IsOpen && document.DeletedAt is null)
                {
                    return document;
                }

                if (attempt == MostAttempts)
                {
                    return null;
                }

                await Task.Delay(LookAgain, clock, cancel);
            }
        }
    }
}
