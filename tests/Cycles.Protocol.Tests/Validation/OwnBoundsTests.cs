namespace Cycles.Protocol.Tests;

/// <summary>The bounds that one request alone has.</summary>
public sealed class OwnBoundsTests
{
    [TestCase(1_000)]
    [TestCase(86_400_000)]
    public void A_hold_lives_a_second_to_a_day(long ttl) =>
        Verdict.Accepts((Valid.Reserve with { TtlMs = ttl }).Validate());

    [TestCase(999)]
    [TestCase(86_400_001)]
    [TestCase(long.MinValue)]
    public void A_hold_lives_no_shorter_and_no_longer(long ttl) =>
        Verdict.Refuses(
            (Valid.Reserve with { TtlMs = ttl }).Validate(),
            "ttl_ms",
            "from 1000 to 86400000",
            $"was {ttl}"
        );

    [TestCase(0)]
    [TestCase(60_000)]
    public void Grace_is_up_to_a_minute(long grace) =>
        Verdict.Accepts((Valid.Reserve with { GracePeriodMs = grace }).Validate());

    [TestCase(-1)]
    [TestCase(60_001)]
    public void Grace_is_no_longer_and_not_negative(long grace) =>
        Verdict.Refuses(
            (Valid.Reserve with { GracePeriodMs = grace }).Validate(),
            "grace_period_ms",
            "from 0 to 60000",
            $"was {grace}"
        );

    [TestCase(1)]
    [TestCase(86_400_000)]
    public void An_extension_is_a_millisecond_to_a_day(long by) =>
        Verdict.Accepts((Valid.Extend with { ExtendByMs = by }).Validate());

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase(86_400_001)]
    public void An_extension_is_no_shorter_and_no_longer(long by) =>
        Verdict.Refuses(
            (Valid.Extend with { ExtendByMs = by }).Validate(),
            "extend_by_ms",
            "from 1 to 86400000",
            $"was {by}"
        );

    [Test]
    public void A_reason_has_at_most_256_characters()
    {
        Verdict.Accepts(
            (Valid.Release with { Reason = "" }).Validate(),
            (Valid.Release with { Reason = new string('r', 256) }).Validate()
        );
        Verdict.Refuses((Valid.Release with { Reason = new string('r', 257) }).Validate(), "reason", "0 to 256", "257");
    }

    [Test]
    public void The_callers_clock_is_not_before_1970()
    {
        Verdict.Accepts(
            (Valid.Event with { ClientTimeMs = 0 }).Validate(),
            (Valid.Event with { ClientTimeMs = long.MaxValue }).Validate()
        );
        Verdict.Refuses((Valid.Event with { ClientTimeMs = -1 }).Validate(), "client_time_ms", "from 0 to", "was -1");
    }

    [TestCase(1)]
    [TestCase(200)]
    public void A_page_has_1_to_200_rows(int limit) =>
        Verdict.Accepts(
            (Valid.Balances with { Limit = limit }).Validate(),
            new ReservationListQuery { Limit = limit }.Validate()
        );

    [TestCase(0)]
    [TestCase(201)]
    public void A_page_has_no_fewer_and_no_more(int limit)
    {
        Verdict.Refuses((Valid.Balances with { Limit = limit }).Validate(), "limit", "from 1 to 200", $"was {limit}");
        Verdict.Refuses(
            new ReservationListQuery { Limit = limit }.Validate(),
            "limit",
            "from 1 to 200",
            $"was {limit}"
        );
    }
}
