namespace Cycles.Authority.Tests;

public sealed class ExpiryWheelTests
{
    private const long Start = 1_700_000_000_000;

    /// <summary>Against a plain sorted set: what comes out is exactly what is due, and in the order of falling due.</summary>
    [Test]
    public void What_is_due_comes_out_in_order_and_nothing_else([Range(1, 40)] int seed)
    {
        var random = new Random(seed);
        var log = new ReservationLog();
        var wheel = new ExpiryWheel(log, Start);
        var waiting = new Dictionary<long, long>();
        var now = Start;

        for (var step = 0; step < 2_000; step++)
        {
            switch (random.Next(5))
            {
                case 0 or 1:
                    var number = Log.Append(log, expiresAt: now + Delay(random));
                    wheel.Add(number);
                    waiting.Add(number, log[number].DueAt);
                    break;

                case 2 when waiting.Count > 0:
                    var removed = waiting.Keys.ElementAt(random.Next(waiting.Count));
                    wheel.Remove(removed);
                    waiting.Remove(removed);
                    break;

                case 3 when waiting.Count > 0:
                    var moved = waiting.Keys.ElementAt(random.Next(waiting.Count));
                    wheel.Remove(moved);
                    log[moved].ExpiresAt += 1 + Delay(random);
                    wheel.Add(moved);
                    waiting[moved] = log[moved].DueAt;
                    break;

                default:
                    now += Delay(random) / (1 + random.Next(4));
                    AdvanceTo(now);
                    break;
            }
        }

        AdvanceTo(long.MaxValue - 1);
        Assert.That(waiting, Is.Empty);

        void AdvanceTo(long time)
        {
            var expected = waiting.Values.Where(due => due <= time).Order().ToList();
            var came = new List<long>();
            while (wheel.TryAdvance(time, out var number))
            {
                if (number != Reservation.None)
                {
                    came.Add(waiting[number]);
                    waiting.Remove(number);
                }
            }

            Assert.That(came, Is.EqualTo(expected), $"at {time - Start}");
        }
    }

    [Test]
    public void Interrupted_in_the_middle_it_goes_on_in_order()
    {
        var random = new Random(7);
        var log = new ReservationLog();
        var wheel = new ExpiryWheel(log, Start);
        for (var i = 0; i < 500; i++)
        {
            wheel.Add(Log.Append(log, expiresAt: Start + random.Next(5_000)));
        }

        var came = new List<long>();
        var steps = 0;
        while (wheel.TryAdvance(Start + 10_000, out var number))
        {
            if (number != Reservation.None)
            {
                came.Add(log[number].DueAt);
            }

            // What is added when it is overdue already comes next, at the latest.
            if (++steps % 50 == 0 && came.Count < 400)
            {
                wheel.Add(Log.Append(log, expiresAt: came.Count > 0 ? came[^1] : Start));
            }
        }

        Assert.That(came, Is.Ordered.Ascending);
        Assert.That(came, Has.Count.EqualTo(log.End));
    }

    [Test]
    public void Steps_are_bounded_by_what_falls_due_and_not_by_what_waits()
    {
        var log = new ReservationLog();
        var wheel = new ExpiryWheel(log, Start);
        for (var i = 0; i < 10_000; i++)
        {
            wheel.Add(Log.Append(log, expiresAt: Start + 40_000_000 + i));
        }

        wheel.Add(Log.Append(log, expiresAt: Start + 100));
        var steps = 0;
        while (wheel.TryAdvance(Start + 1_000, out _))
        {
            steps++;
        }

        Assert.That(steps, Is.LessThanOrEqualTo(11), "once a level");
    }

    /// <summary>From the same millisecond to thousands of years.</summary>
    private static long Delay(Random random) => random.NextInt64(1L << random.Next(47));
}
