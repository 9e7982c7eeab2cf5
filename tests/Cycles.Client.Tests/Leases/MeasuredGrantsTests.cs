namespace Cycles.Client.Tests;

/// <summary>Heartbeats for servers that do not say how much is left.</summary>
public sealed class MeasuredGrantsTests
{
    private static TimeSpan Ms(long milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    /// <summary>When beats are sent to a server that grants as told, in seconds.</summary>
    private static List<double> Beats(long ttlMs, int count, Func<long, long, long> newEnd)
    {
        var schedule = new HeartbeatSchedule(ttlMs, Ms(7_000));
        var end = ttlMs;
        var now = 0L;
        var plan = schedule.Created(remainingTtlMs: null, end, Ms(0), Ms(0));
        var beats = new List<double>();
        while (beats.Count < count)
        {
            now += plan.DelayMs;
            end = newEnd(end, now);
            beats.Add(now / 1000.0);
            plan = schedule.Extended(remainingTtlMs: null, end, Ms(0), Ms(now));
            Assert.That(plan.Step, Is.EqualTo(HeartbeatStep.Extend));
        }

        return beats;
    }

    [Test]
    public void The_first_beat_is_at_once_and_then_one_a_ttl_after_a_lead_of_half_a_one() =>
        Assert.That(
            Beats(60_000, 7, (end, _) => end + 60_000),
            Is.EqualTo(new double[] { 0, 30, 60, 120, 180, 240, 300 })
        );

    [Test]
    public void A_smaller_grant_is_a_smaller_lease() =>
        Assert.That(Beats(60_000, 3, (end, _) => end + 4_000), Is.EqualTo(new double[] { 0, 2, 4 }));

    [Test]
    public void No_beat_follows_within_a_second() =>
        Assert.That(Beats(60_000, 4, (end, _) => end + 10), Is.EqualTo(new double[] { 0, 1, 2, 3 }));

    [Test]
    public void A_capped_lead_keeps_a_fixed_cadence_and_is_told()
    {
        var schedule = new HeartbeatSchedule(60_000, Ms(7_000));
        schedule.Created(null, 60_000, Ms(0), Ms(0));
        var first = schedule.Extended(null, 60_000, Ms(0), Ms(0));
        var second = schedule.Extended(null, 90_000, Ms(0), Ms(30_000));
        Assert.Multiple(() =>
        {
            Assert.That(first, Is.EqualTo(HeartbeatPlan.Extend(30_000)));
            Assert.That(second, Is.EqualTo(HeartbeatPlan.Extend(30_000)));
            Assert.That(schedule.IsLeadClamped);
        });
        Assert.That(
            Beats(20_000, 4, (_, now) => now + 20_000),
            Is.EqualTo(new double[] { 0, 10, 20, 30 }),
            "half a TTL where that is shorter than 30 s"
        );
    }

    /// <summary>
    /// The protocol's own counterexample: 24 s asked for, 10 s granted. After a skipped beat the grant looks like a
    /// capped lead, and from then on it stays so.
    /// </summary>
    [Test]
    public void The_counterexample_is_followed_into_its_trap() =>
        Assert.That(Beats(24_000, 7, (end, _) => end + 10_000), Is.EqualTo(new double[] { 0, 5, 10, 20, 32, 44, 56 }));

    [Test]
    public void Failures_are_retried_while_the_lease_can_be_alive_and_never_faster_than_once_a_second()
    {
        var schedule = new HeartbeatSchedule(8_000, Ms(7_000));
        schedule.Created(null, 8_000, Ms(0), Ms(0));
        Assert.Multiple(() =>
        {
            Assert.That(schedule.Failed(throttled: false, null, Ms(0)), Is.EqualTo(HeartbeatPlan.Retry(1_000)));
            Assert.That(schedule.Failed(throttled: false, null, Ms(0)), Is.EqualTo(HeartbeatPlan.Retry(1_000)));
            Assert.That(schedule.Failed(throttled: true, Ms(3_000), Ms(1)), Is.EqualTo(HeartbeatPlan.Retry(3_000)));
            Assert.That(schedule.Failed(throttled: true, null, Ms(1)), Is.EqualTo(HeartbeatPlan.Retry(4_000)));
            Assert.That(schedule.Failed(throttled: false, null, Ms(7_999)).Step, Is.EqualTo(HeartbeatStep.Retry));
            Assert.That(schedule.Failed(throttled: false, null, Ms(8_000)).Step, Is.EqualTo(HeartbeatStep.Stop));
        });
    }

    [Test]
    public void An_answer_that_says_what_is_left_ends_the_guessing_and_one_that_does_not_begins_it()
    {
        var schedule = new HeartbeatSchedule(60_000, Ms(7_000));
        schedule.Created(null, 60_000, Ms(0), Ms(0));
        Assert.Multiple(() =>
        {
            Assert.That(schedule.Extended(120_000, 120_000, Ms(0), Ms(0)), Is.EqualTo(HeartbeatPlan.Extend(105_000)));
            Assert.That(schedule.Extended(null, 180_000, Ms(0), Ms(60_000)), Is.EqualTo(HeartbeatPlan.Extend(30_000)));
            Assert.That(schedule.LeadMs(Ms(60_000)), Is.EqualTo(120_000), "at most");
        });
    }

    [Test]
    public void Without_any_end_to_compare_with_the_first_grant_is_what_was_asked_for()
    {
        var schedule = new HeartbeatSchedule(60_000, Ms(7_000));
        schedule.Created(null, expiresAtMs: null, Ms(0), Ms(0));
        Assert.That(schedule.Extended(null, 5, Ms(0), Ms(0)), Is.EqualTo(HeartbeatPlan.Extend(30_000)));
    }
}
