using System.Runtime.CompilerServices;

namespace Cycles.Client.Tests;

/// <summary>How long a key counts as held.</summary>
public sealed class HeldKeysTests
{
    [Test]
    public void A_key_is_held_while_one_of_those_that_got_it_is_there()
    {
        var keys = new HeldKeys();
        var first = Request("job");
        keys.Add(first);
        AddAndDrop(keys, "job");
        Collect();
        Assert.That(keys.Contains("job"), Is.True);
        Assert.That(keys.Contains("another"), Is.False);
        GC.KeepAlive(first);
    }

    [Test]
    public void It_is_not_held_once_they_are_gone_however_many_there_were()
    {
        var keys = new HeldKeys();
        for (var i = 0; i < 1_000; i++)
        {
            AddAndDrop(keys, $"job-{i}");
        }

        AddAndDrop(keys, "job-0");
        Collect();
        Assert.That(Enumerable.Range(0, 1_000).Where(i => keys.Contains($"job-{i}")), Is.Empty);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddAndDrop(HeldKeys keys, string key) => keys.Add(Request(key));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }

    private static ReservationCreateRequest Request(string key) =>
        new()
        {
            IdempotencyKey = key,
            Subject = new Subject { Tenant = "acme" },
            Action = new CyclesAction("llm.completion", "gpt-4o"),
            Estimate = Amount.Tokens(1),
        };
}
