using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI.Tests.Chat;

/// <summary>Streams of every shape, ended in every way: what is settled is the price of what was used, each time.</summary>
public sealed class RandomStreamTests : ChatFixture
{
    private const long Estimate = 12_840;

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public async Task What_is_settled_is_what_was_used(int seed)
    {
        var random = new Random(seed);
        var guard = Guard();
        var expected = new List<long>();
        for (var i = 0; i < 200; i++)
        {
            var script = Script(random);
            Model.Updates = _ => script;
            var read = random.Next(1, script.Count + 2);
            var cancels = random.Next(4) == 0;

            await ReadAsync(guard, read, cancels);

            if (ExpectedOf(script, read, cancels) is { } cost)
            {
                expected.Add(cost);
            }
        }

        Spends(expected.Sum());
        var commits = Authority.Requests.OfType<CommitRequest>().Select(commit => commit.Actual.Value);
        Assert.That(commits, Is.EqualTo(expected));
        Assert.That(expected.Distinct().Count(), Is.GreaterThan(50), "the scripts are not all alike");
    }

    private static List<object> Script(Random random)
    {
        var script = new List<object>();
        for (var parts = random.Next(0, 8); parts > 0; parts--)
        {
            script.Add(
                random.Next(4) == 0
                    ? Usage(random.Next(1, 100), random.Next(1, 100))
                    : Text(new string('x', random.Next(1, 400)))
            );
        }

        if (random.Next(2) == 0)
        {
            script.Insert(random.Next(script.Count + 1), Finish());
        }

        if (random.Next(3) == 0)
        {
            script.Add(new IOException("The connection broke."));
        }

        return script;
    }

    private static async Task ReadAsync(IChatClient guard, int count, bool cancels)
    {
        using var cancel = new CancellationTokenSource();
        try
        {
            var options = new ChatOptions { MaxOutputTokens = 50 };
            await foreach (var update in guard.GetStreamingResponseAsync(Ask(), options, cancel.Token))
            {
                if (--count == 0)
                {
                    if (!cancels)
                    {
                        break;
                    }

                    await cancel.CancelAsync();
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // That is how it was to end.
        }
    }

    /// <summary>Said again in the plainest way; null where nothing is committed.</summary>
    private static long? ExpectedOf(List<object> script, int read, bool cancels)
    {
        var all = script.OfType<ChatResponseUpdate>().ToList();
        var breaks = all.Count < script.Count;
        var stops = read <= all.Count;
        var seen = all.Take(read).ToList();
        if (stops && !cancels && seen.Any(update => update.FinishReason is not null))
        {
            // Read on, to the end or to where it breaks.
            (seen, stops) = (all, false);
        }

        // The cancelled one fails on its next update; where there is none it has come to its end.
        var isWhole = !breaks && (!stops || cancels && read == all.Count);
        var usages = UsagesOf(seen);
        var counted = seen.Sum(update => (long)(update.Text.Length + 3) / 4);
        var isDone = seen.Any(update => update.FinishReason is not null);
        var isFinal = UsagesOf(seen.SkipWhile(update => update.FinishReason is null)).Count > 0;
        var (input, output) = (
            usages.Sum(usage => usage.InputTokenCount!.Value),
            usages.Sum(usage => usage.OutputTokenCount!.Value)
        );
        if (usages.Count == 0 && (isWhole || seen.Count == 0))
        {
            return isWhole ? Math.Max(Estimate, 100 * 7 + 200 * counted) : null;
        }

        // Input that is reported is all of it; output only where the model said that it is done.
        isDone |= isWhole && counted <= 8 * output + 64;
        return 100 * (usages.Count == 0 ? 7 : input)
            + 200 * (isWhole && isDone || isFinal ? output : Math.Max(output, counted));
    }

    private static List<UsageDetails> UsagesOf(IEnumerable<ChatResponseUpdate> updates) =>
        [.. updates.SelectMany(update => update.Contents).OfType<UsageContent>().Select(usage => usage.Details)];
}
