namespace Cycles.Client.Tests;

/// <summary>The arithmetic of heartbeats, with the protocol's own worked examples.</summary>
public sealed class HeartbeatScheduleTests
{
    private const long Ttl = 60_000;

    private static TimeSpan Ms(double milliseconds) => TimeSpan.FromTicks((long)(milliseconds * 10_000));

    private static HeartbeatSchedule New(double timeoutMs, long ttl = Ttl) => new(ttl, Ms(timeoutMs));

    private static HeartbeatSchedule Established(long leadMs, double timeoutMs = 0)
    {
        var schedule = New(timeoutMs);
        schedule.Created(leadMs, expiresAtMs: leadMs, rtt: Ms(0), received: Ms(0));
        return schedule;
    }

    [Test]
    public void The_worked_example_beats_after_37_seconds()
    {
        // A lead of 60 s, a timeout of 10 s, an answer that took 1.5 s: the reserve is 2 x 10 s + 3 s.
        var plan = New(timeoutMs: 10_000).Created(61_500, 1, rtt: Ms(1500), received: Ms(1500));
        Assert.That(plan, Is.EqualTo(HeartbeatPlan.Extend(37_000)));
    }

    [Test]
    public void The_longest_way_so_far_counts_and_only_this_answers_way_is_taken_off()
    {
        var schedule = New(timeoutMs: 10_000);
        schedule.Created(60_000, 1, rtt: Ms(1500), received: Ms(1500));
        var plan = schedule.Extended(60_100, 2, rtt: Ms(100), received: Ms(40_000));
        Assert.That(plan, Is.EqualTo(HeartbeatPlan.Extend(37_000)));
    }

    [Test]
    public void A_timeout_of_30_seconds_extends_a_minute_at_once_and_a_longer_lease_follows()
    {
        var schedule = New(timeoutMs: 30_000);
        var first = schedule.Created(60_000, 60_000, Ms(0), received: Ms(0));
        var second = schedule.Extended(120_000, 120_000, Ms(0), received: Ms(0));
        Assert.Multiple(() =>
        {
            Assert.That(first, Is.EqualTo(HeartbeatPlan.Extend(0)), "the reserve is 61 s");
            Assert.That(second, Is.EqualTo(HeartbeatPlan.Extend(59_000)));
        });
    }

    [Test]
    public void A_timeout_of_30_seconds_gives_up_where_the_lead_is_capped_at_a_minute()
    {
        var schedule = New(timeoutMs: 30_000);
        schedule.Created(60_000, 60_000, Ms(0), received: Ms(0));
        var second = schedule.Extended(60_000, 60_001, Ms(0), received: Ms(1));
        Assert.Multiple(() =>
        {
            Assert.That(second.Step, Is.EqualTo(HeartbeatStep.Stop), "two zero delays in a row");
            Assert.That(second.DelayMs, Is.EqualTo(60_000), "what is left of it");
            Assert.That(second.Reason, Does.Contain("60000 ms").And.Contain("61000 ms"));
        });
    }

    [Test]
    public void A_zero_delay_after_a_positive_one_is_allowed_again()
    {
        var schedule = New(timeoutMs: 0);
        Assert.Multiple(() =>
        {
            Assert.That(schedule.Created(2_000, 1, Ms(0), Ms(0)), Is.EqualTo(HeartbeatPlan.Extend(0)));
            Assert.That(schedule.Extended(9_000, 2, Ms(0), Ms(1)), Is.EqualTo(HeartbeatPlan.Extend(6_000)));
            Assert.That(schedule.Extended(2_000, 3, Ms(0), Ms(2)), Is.EqualTo(HeartbeatPlan.Extend(0)));
            Assert.That(schedule.Extended(2_000, 4, Ms(0), Ms(3)).Step, Is.EqualTo(HeartbeatStep.Stop));
        });
    }

    [Test]
    public void In_process_only_the_least_reserve_is_kept_back() =>
        Assert.That(New(timeoutMs: 0).Created(Ttl, 1, Ms(0), Ms(0)), Is.EqualTo(HeartbeatPlan.Extend(57_000)));

    [Test]
    public void Leads_are_rounded_down_and_margins_up()
    {
        // 0.1 ms of way is 1 ms, 600.1 ms are 601: the margin is 1,202, the budget of 7.0001 s is 7,001.
        var schedule = New(timeoutMs: 7_000.1);
        Assert.Multiple(() =>
        {
            Assert.That(
                schedule.Created(60_000, 1, Ms(0.1), Ms(0)),
                Is.EqualTo(HeartbeatPlan.Extend(60_000 - 1 - (2 * 7_001) - 1_000))
            );
            Assert.That(
                schedule.Extended(60_000, 2, Ms(600.1), Ms(0)),
                Is.EqualTo(HeartbeatPlan.Extend(60_000 - 601 - (2 * 7_001) - 1_202))
            );
            Assert.That(schedule.LeadMs(Ms(0.1)), Is.EqualTo(60_000 - 601 - 1));
        });
    }

    [Test]
    public void Without_a_finite_timeout_no_positive_delay_is_safe([Values] bool isMost)
    {
        var schedule = new HeartbeatSchedule(Ttl, isMost ? TimeSpan.MaxValue : Timeout.InfiniteTimeSpan);
        Assert.Multiple(() =>
        {
            Assert.That(schedule.Created(long.MaxValue, 1, Ms(0), Ms(0)), Is.EqualTo(HeartbeatPlan.Extend(0)));
            Assert.That(
                schedule.Extended(long.MaxValue, 2, Ms(0), Ms(0)).Step,
                Is.EqualTo(HeartbeatStep.Stop),
                "and one at once is all there is"
            );
        });
    }

    [Test]
    public void A_lease_without_end_does_not_wrap()
    {
        var schedule = New(timeoutMs: 7_000);
        var plan = schedule.Created(long.MaxValue, long.MaxValue, Ms(10), Ms(0));
        Assert.Multiple(() =>
        {
            Assert.That(plan.Step, Is.EqualTo(HeartbeatStep.Extend));
            Assert.That(plan.DelayMs, Is.GreaterThan((long)TimeSpan.FromDays(365_000).TotalMilliseconds));
            Assert.That(Milliseconds.After(Ms(5), plan.DelayMs), Is.GreaterThan(TimeSpan.FromDays(365_000)));
        });
    }

    [Test]
    public void Retries_go_on_while_a_whole_one_and_the_margin_fit_and_each_is_decided_anew()
    {
        // Lead 60 s, budget 7 s, margin 1 s: the beat is sent at 45 s, and each attempt takes its 7 s.
        var schedule = Established(60_000, timeoutMs: 7_000);
        var atOnce = schedule.Failed(throttled: false, retryAfter: null, Ms(45_000));
        var afterATimeout = schedule.Failed(throttled: false, retryAfter: null, Ms(52_000));
        var afterAnother = schedule.Failed(throttled: false, retryAfter: null, Ms(52_000 + 7_001));
        Assert.Multiple(() =>
        {
            Assert.That(atOnce, Is.EqualTo(HeartbeatPlan.Retry(3_750)), "a quarter of 15 s");
            Assert.That(afterATimeout, Is.EqualTo(HeartbeatPlan.Retry(0)), "8 s are left, and just fit");
            Assert.That(afterAnother.Step, Is.EqualTo(HeartbeatStep.Stop));
            Assert.That(afterAnother.DelayMs, Is.EqualTo(999));
        });
    }

    [Test]
    public void The_wait_for_a_retry_is_at_most_30_seconds_and_never_more_than_what_fits()
    {
        Assert.Multiple(() =>
        {
            Assert.That(
                Established(1_000_000).Failed(throttled: false, retryAfter: null, Ms(1)),
                Is.EqualTo(HeartbeatPlan.Retry(30_000))
            );
            Assert.That(
                Established(2_500).Failed(throttled: false, retryAfter: null, Ms(100)),
                Is.EqualTo(HeartbeatPlan.Retry(400)),
                "of 2,400 ms a budget and a margin of 1,000 each"
            );
        });
    }

    [Test]
    public void The_one_retry_that_just_fits_is_the_last_one_also_on_a_coarse_clock()
    {
        var schedule = Established(2_000);
        Assert.Multiple(() =>
        {
            Assert.That(schedule.Failed(throttled: false, retryAfter: null, Ms(0)), Is.EqualTo(HeartbeatPlan.Retry(0)));
            Assert.That(
                schedule.Failed(throttled: false, retryAfter: null, Ms(0)).Step,
                Is.EqualTo(HeartbeatStep.Stop)
            );
        });
    }

    [Test]
    public void Failures_that_take_no_time_stop()
    {
        var schedule = Established(10_000);
        Assert.Multiple(() =>
        {
            Assert.That(schedule.Failed(throttled: false, null, Ms(5)).Step, Is.EqualTo(HeartbeatStep.Retry));
            Assert.That(schedule.Failed(throttled: false, null, Ms(5)).Step, Is.EqualTo(HeartbeatStep.Stop));
        });
    }

    [Test]
    public void A_success_begins_anew()
    {
        var schedule = Established(2_000);
        schedule.Failed(throttled: false, retryAfter: null, Ms(0));
        schedule.Extended(2_000, 2, Ms(0), Ms(0));
        Assert.That(schedule.Failed(throttled: false, retryAfter: null, Ms(0)), Is.EqualTo(HeartbeatPlan.Retry(0)));
    }

    [TestCase(3)]
    [TestCase(8)]
    public void A_Retry_After_that_fits_is_waited_for_exactly(int seconds)
    {
        var plan = Established(10_000).Failed(throttled: true, TimeSpan.FromSeconds(seconds), Ms(0));
        Assert.That(plan, Is.EqualTo(HeartbeatPlan.Retry(1_000 * seconds)));
    }

    [TestCase(9)]
    [TestCase(null)]
    public void A_Retry_After_that_does_not_fit_or_is_missing_stops(int? seconds)
    {
        TimeSpan? wait = seconds is { } known ? TimeSpan.FromSeconds(known) : null;
        var plan = Established(10_000).Failed(throttled: true, wait, Ms(0));
        Assert.That((plan.Step, plan.DelayMs), Is.EqualTo((HeartbeatStep.Stop, 10_000)));
    }

    [Test]
    public void Throttled_with_nothing_to_wait_for_is_no_loop()
    {
        var plan = Established(10_000).Failed(throttled: true, TimeSpan.Zero, Ms(0));
        Assert.That(plan, Is.EqualTo(HeartbeatPlan.Retry(2_500)));
    }

    [Test]
    public void A_retry_that_waited_too_long_for_its_turn_is_not_sent()
    {
        var schedule = Established(60_000, timeoutMs: 7_000);
        Assert.Multiple(() =>
        {
            Assert.That(schedule.CanRetry(Ms(53_000)));
            Assert.That(schedule.CanRetry(Ms(53_001)), Is.False);
        });
    }
}
