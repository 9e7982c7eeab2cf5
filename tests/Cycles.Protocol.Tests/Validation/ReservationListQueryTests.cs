namespace Cycles.Protocol.Tests;

public sealed class ReservationListQueryTests
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly (
        string From,
        string To,
        Func<DateTimeOffset?, DateTimeOffset?, ReservationListQuery> Query
    )[] Windows =
    [
        ("from", "to", (from, to) => new() { From = from, To = to }),
        ("expires_from", "expires_to", (from, to) => new() { ExpiresFrom = from, ExpiresTo = to }),
        ("finalized_from", "finalized_to", (from, to) => new() { FinalizedFrom = from, FinalizedTo = to }),
    ];

    [Test]
    public void A_window_may_be_open_at_either_end_or_one_instant()
    {
        foreach (var (_, _, query) in Windows)
        {
            Verdict.Accepts(
                query(Noon, null).Validate(),
                query(null, Noon).Validate(),
                query(Noon, Noon).Validate(),
                query(Noon, Noon.ToOffset(TimeSpan.FromHours(5))).Validate()
            );
        }
    }

    [Test]
    public void A_window_that_ends_before_it_starts_is_refused()
    {
        foreach (var (from, to, query) in Windows)
        {
            Verdict.Refuses(query(Noon.AddTicks(1), Noon).Validate(), from, $"must not be after {to}");
        }
    }

    [Test]
    public void A_status_filter_is_a_known_status()
    {
        foreach (var status in Enum.GetValues<ReservationStatus>())
        {
            var finding = new ReservationListQuery { Status = status }.Validate();
            if (status == ReservationStatus.Unknown)
            {
                Verdict.Refuses(finding, "status", "ACTIVE, COMMITTED, EXPIRED, RELEASED");
            }
            else
            {
                Verdict.Accepts(finding);
            }
        }
    }

    [Test]
    public void A_key_filter_has_1_to_256_characters()
    {
        Verdict.Accepts(
            new ReservationListQuery { IdempotencyKey = "k" }.Validate(),
            new ReservationListQuery { IdempotencyKey = new string('k', 256) }.Validate()
        );
        Verdict.Refuses(new ReservationListQuery { IdempotencyKey = "" }.Validate(), "idempotency_key", "1 to 256");
        Verdict.Refuses(
            new ReservationListQuery { IdempotencyKey = new string('k', 257) }.Validate(),
            "idempotency_key",
            "1 to 256"
        );
    }

    [Test]
    public void The_order_is_one_of_the_documented()
    {
        Verdict.Accepts(
            Enum.GetValues<ReservationSortKey>().Select(k => new ReservationListQuery { SortBy = k }.Validate())
        );
        Verdict.Accepts(
            Enum.GetValues<SortDirection>().Select(d => new ReservationListQuery { SortDirection = d }.Validate())
        );
        Verdict.Refuses(new ReservationListQuery { SortBy = (ReservationSortKey)7 }.Validate(), "sort_by", "0 to 6");
        Verdict.Refuses(new ReservationListQuery { SortBy = (ReservationSortKey)(-1) }.Validate(), "sort_by");
        Verdict.Refuses(new ReservationListQuery { SortDirection = (SortDirection)2 }.Validate(), "sort_dir", "0 to 1");
    }
}
