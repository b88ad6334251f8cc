namespace BlogCreator.Tests.Platform;

/// <summary>Waits for what comes in its own time, without saying how long that is.</summary>
public static class Eventually
{
    private static readonly TimeSpan GiveUp = TimeSpan.FromSeconds(60);

    public static async Task Holds(Func<Task<bool>> condition, TimeSpan? giveUp = null)
    {
        using var end = new CancellationTokenSource(giveUp ?? GiveUp);
        while (!await condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), end.Token);
        }
    }

    public static async Task<T> Gives<T>(Func<Task<T>> ask, Func<T, bool> enough)
    {
        using var end = new CancellationTokenSource(GiveUp);
        while (true)
        {
            var answer = await ask();
            if (enough(answer))
            {
                return answer;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), end.Token);
        }
    }
}
