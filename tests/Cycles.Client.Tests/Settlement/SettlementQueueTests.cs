namespace Cycles.Client.Tests;

/// <summary>The books wake their settler, whoever else looks at them or moves the clock meanwhile.</summary>
public sealed class SettlementQueueTests : ClientFixture
{
    [Test]
    public void Its_timer_is_set_by_the_time_that_something_is_known_to_wait([Values] bool found)
    {
        var woken = 0;
        var queue = new SettlementQueue(Clock, new RetrySchedule(new CyclesClientOptions()), () => woken++);
        if (found)
        {
            queue.Adopt(NewSpend(), age: TimeSpan.Zero, floor: TimeSpan.FromMilliseconds(500));
        }
        else
        {
            var spend = NewSpend();
            spend.Pending(Outcome.Ambiguous, error: null, CyclesResponseMetadata.None);
            queue.Postpone(spend);
        }

        Assert.That(queue.Count().Pending, Is.EqualTo(1));
        Clock.Advance(TimeSpan.FromMilliseconds(499));
        Assert.That(woken, Is.Zero);
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.That(woken, Is.EqualTo(1));
        Assert.That(queue.TryTakeDue(out _));
        queue.Stop();
    }

    [Test]
    public void It_rings_for_the_first_and_then_for_the_next()
    {
        var taken = new List<TimeSpan>();
        SettlementQueue queue = null!;
        queue = new SettlementQueue(
            Clock,
            new RetrySchedule(new CyclesClientOptions()),
            () =>
            {
                while (queue.TryTakeDue(out var spend))
                {
                    taken.Add(spend.NotBefore);
                    queue.Return();
                }
            }
        );
        foreach (var seconds in new[] { 20, 10, 30, 10 })
        {
            queue.Adopt(NewSpend(), age: TimeSpan.Zero, floor: TimeSpan.FromSeconds(seconds));
        }

        Pass(TimeSpan.FromSeconds(19.9));
        Assert.That(taken.Select(due => due.TotalSeconds), Is.EqualTo(new[] { 10, 10 }));
        Pass(TimeSpan.FromSeconds(20));
        Assert.That(taken.Select(due => due.TotalSeconds), Is.EqualTo(new[] { 10, 10, 20, 30 }));
        queue.Stop();
    }

    private SpendSettlement NewSpend() =>
        new(
            Authority,
            new EventCreateRequest
            {
                IdempotencyKey = Guid.NewGuid().ToString(),
                Subject = new Subject { Tenant = "acme" },
                Action = Work,
                Actual = Tokens(1),
            }
        );
}
