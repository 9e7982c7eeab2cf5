namespace Cycles.Authority.Tests;

public abstract partial class AuthorityConformance
{
    private ReservationListQuery Mine => new() { Subject = new Subject { Workspace = $"ws-{_unique}" } };

    private async Task<string[]> ListAsync(ReservationListQuery query) =>
        Value(await Authority.ListReservationsAsync(query)).Reservations.Select(row => row.ReservationId).ToArray();

    /// <summary>All pages of a list, after checking their size.</summary>
    private async Task<List<ReservationSummary>> WalkAsync(ReservationListQuery query)
    {
        var rows = new List<ReservationSummary>();
        string? cursor = null;
        do
        {
            var page = Value(await Authority.ListReservationsAsync(query with { Cursor = cursor }));
            Assert.That(page.Reservations, Has.Count.LessThanOrEqualTo(query.Limit ?? 50));
            rows.AddRange(page.Reservations);
            cursor = page.NextCursor;
            Assert.That(page.HasMore ?? false, Is.EqualTo(cursor is not null));
        } while (cursor is not null && rows.Count < 1_000);

        return rows;
    }

    private async Task<string[]> HoldSeriesAsync(Subject subject, int count)
    {
        var ids = new string[count];
        for (var i = 0; i < count; i++)
        {
            ids[i] = (
                await HoldAsync(ReserveRequest(subject, 1 + ((i * 7) % 5)) with { TtlMs = 30_000 + ((i * 13) % 7) })
            ).ReservationId!;
            _backend.Advance(TimeSpan.FromMilliseconds(10));
        }

        return ids;
    }

    [Test]
    public async Task List_shows_the_newest_first_fifty_at_a_time()
    {
        var subject = await SeedAsync(10_000);
        var ids = await HoldSeriesAsync(subject, 55);

        var first = Value(await Authority.ListReservationsAsync(Mine));
        var second = Value(await Authority.ListReservationsAsync(Mine with { Cursor = first.NextCursor }));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(first.HasMore, Is.True);
            Assert.That(
                first.Reservations.Concat(second.Reservations).Select(row => row.ReservationId),
                Is.EqualTo(ids.Reverse())
            );
            Assert.That((first.Reservations.Count, second.Reservations.Count), Is.EqualTo((50, 5)));
            Assert.That((second.HasMore ?? false, second.NextCursor), Is.EqualTo((false, (string?)null)));
        }
    }

    [Test]
    public async Task List_does_not_show_a_row_twice_while_new_ones_come_in_and_old_ones_end()
    {
        var subject = await SeedAsync(10_000);
        var ids = await HoldSeriesAsync(subject, 9);
        var query = Mine with { Limit = 4 };

        var first = Value(await Authority.ListReservationsAsync(query));
        await HoldSeriesAsync(subject, 3);
        Value(await Authority.ReleaseReservationAsync(ids[0], ReleaseOf()));
        var second = Value(await Authority.ListReservationsAsync(query with { Cursor = first.NextCursor }));
        var third = Value(await Authority.ListReservationsAsync(query with { Cursor = second.NextCursor }));

        Assert.That(
            first.Reservations.Concat(second.Reservations).Concat(third.Reservations).Select(row => row.ReservationId),
            Is.EqualTo(ids.Reverse())
        );
    }

    [Test]
    public async Task List_sorts_by_every_key_both_ways_and_pages_without_gap_or_repeat(
        [Values] ReservationSortKey key,
        [Values] SortDirection direction
    )
    {
        await SeedAsync(10_000);
        for (var level = 1; level <= 3; level++)
        {
            await HoldSeriesAsync(SubjectOf(level), 4);
        }

        Value(await Authority.CommitReservationAsync((await ListAsync(Mine))[2], CommitOf(1)));
        Value(await Authority.ReleaseReservationAsync((await ListAsync(Mine))[5], ReleaseOf()));

        var rows = await WalkAsync(Mine with { SortBy = key, SortDirection = direction, Limit = 3 });

        Func<ReservationSummary, IComparable> value = key switch
        {
            ReservationSortKey.ReservationId => row => row.ReservationId,
            ReservationSortKey.Tenant => row => row.Subject.Tenant!,
            ReservationSortKey.ScopePath => row => row.ScopePath,
            ReservationSortKey.Status => row => row.Status.ToString(),
            ReservationSortKey.Reserved => row => row.Reserved.Value,
            ReservationSortKey.ExpiresAt => row => row.ExpiresAtMs,
            _ => row => row.CreatedAtMs,
        };
        var values = rows.ConvertAll(row => value(row));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(rows.Select(row => row.ReservationId), Is.Unique);
            Assert.That(rows, Has.Count.EqualTo(12));
            Assert.That(values, direction == SortDirection.Ascending ? Is.Ordered.Ascending : Is.Ordered.Descending);
        }
    }

    [TestCase(ReservationStatus.Active)]
    [TestCase(ReservationStatus.Committed)]
    [TestCase(ReservationStatus.Released)]
    [TestCase(ReservationStatus.Expired)]
    public async Task List_filters_by_status(ReservationStatus status)
    {
        var subject = await SeedAsync(1_000);
        var expired = await HoldAsync(ReserveRequest(subject, 1) with { TtlMs = 1_000, GracePeriodMs = 0 });
        var committed = await HoldAsync(subject, 1);
        var released = await HoldAsync(subject, 1);
        var active = await HoldAsync(subject, 1);
        Value(await Authority.CommitReservationAsync(committed, CommitOf(1)));
        Value(await Authority.ReleaseReservationAsync(released, ReleaseOf()));
        _backend.Advance(TimeSpan.FromSeconds(2));

        var listed = await ListAsync(Mine with { Status = status });

        var expected = status switch
        {
            ReservationStatus.Active => active,
            ReservationStatus.Committed => committed,
            ReservationStatus.Released => released,
            _ => expired.ReservationId!,
        };
        Assert.That(listed, Is.EqualTo([expected]));
    }

    [Test]
    public async Task List_finds_the_reservation_of_a_key()
    {
        var subject = await SeedAsync(1_000);
        var request = ReserveRequest(subject, 1);
        var held = await HoldAsync(request);
        await HoldAsync(subject, 1);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                await ListAsync(Mine with { IdempotencyKey = request.IdempotencyKey }),
                Is.EqualTo([held.ReservationId])
            );
            Assert.That(
                await ListAsync(
                    Mine with
                    {
                        IdempotencyKey = request.IdempotencyKey,
                        Status = ReservationStatus.Committed,
                    }
                ),
                Is.Empty
            );
            Assert.That(await ListAsync(Mine with { IdempotencyKey = Key() }), Is.Empty);
        }
    }

    [TestCase(SubjectLevel.App)]
    [TestCase(SubjectLevel.Workflow)]
    [TestCase(SubjectLevel.Agent)]
    [TestCase(SubjectLevel.Toolset)]
    public async Task List_filters_by_each_level_in_any_case_of_letters(SubjectLevel level)
    {
        var root = await SeedAsync(1_000);
        Subject With(string value) =>
            level switch
            {
                SubjectLevel.App => root with { App = value },
                SubjectLevel.Workflow => root with { Workflow = value },
                SubjectLevel.Agent => root with { Agent = value },
                _ => root with { Toolset = value },
            };
        await HoldAsync(root, 1);
        await HoldAsync(With("two"), 1);
        var wanted = await HoldAsync(With("One"), 1);

        Assert.That(await ListAsync(new ReservationListQuery { Subject = With("oNE") }), Is.EqualTo([wanted]));
    }

    [Test]
    public async Task List_filters_by_time_of_creation_both_ends_included()
    {
        var subject = await SeedAsync(1_000);
        await HoldSeriesAsync(subject, 5);
        var rows = await WalkAsync(Mine with { SortDirection = SortDirection.Ascending });
        DateTimeOffset At(int i) => DateTimeOffset.FromUnixTimeMilliseconds(rows[i].CreatedAtMs);
        string[] Ids(params int[] indices) => Array.ConvertAll(indices, i => rows[i].ReservationId);

        foreach (var direction in Enum.GetValues<SortDirection>())
        {
            var query = Mine with { SortDirection = direction };
            using (Assert.EnterMultipleScope())
            {
                Assert.That(
                    await ListAsync(query with { From = At(1), To = At(3) }),
                    Is.EquivalentTo(Ids(1, 2, 3)),
                    "both"
                );
                Assert.That(await ListAsync(query with { From = At(3) }), Is.EquivalentTo(Ids(3, 4)), "from");
                Assert.That(await ListAsync(query with { To = At(0) }), Is.EquivalentTo(Ids(0)), "to");
                Assert.That(
                    await ListAsync(query with { From = At(1).AddTicks(1), To = At(3).AddTicks(-1) }),
                    Is.EquivalentTo(Ids(2)),
                    "just inside"
                );
            }
        }
    }

    [Test]
    public async Task List_filters_by_end_both_ends_included()
    {
        var subject = await SeedAsync(1_000);
        await HoldSeriesAsync(subject, 5);
        var rows = await WalkAsync(
            Mine with
            {
                SortBy = ReservationSortKey.ExpiresAt,
                SortDirection = SortDirection.Ascending,
            }
        );
        DateTimeOffset At(int i) => DateTimeOffset.FromUnixTimeMilliseconds(rows[i].ExpiresAtMs);

        Assert.That(
            await ListAsync(Mine with { ExpiresFrom = At(1), ExpiresTo = At(3) }),
            Is.EquivalentTo(rows.GetRange(1, 3).ConvertAll(row => row.ReservationId))
        );
    }

    [Test]
    public async Task List_filters_by_finalisation_and_leaves_out_what_was_not_finalised()
    {
        var subject = await SeedAsync(1_000);
        await HoldAsync(ReserveRequest(subject, 1) with { TtlMs = 1_000, GracePeriodMs = 0 });
        await HoldAsync(subject, 1);
        var committed = await HoldAsync(subject, 1);
        var released = await HoldAsync(subject, 1);
        Value(await Authority.CommitReservationAsync(committed, CommitOf(1)));
        _backend.Advance(TimeSpan.FromSeconds(5));
        Value(await Authority.ReleaseReservationAsync(released, ReleaseOf()));
        DateTimeOffset At(long? ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms!.Value);
        var early = At(Value(await Authority.GetReservationAsync(committed)).FinalizedAtMs);
        var late = At(Value(await Authority.GetReservationAsync(released)).FinalizedAtMs);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                await ListAsync(Mine with { FinalizedFrom = DateTimeOffset.UnixEpoch }),
                Is.EquivalentTo([committed, released])
            );
            Assert.That(await ListAsync(Mine with { FinalizedTo = early }), Is.EqualTo([committed]));
            Assert.That(await ListAsync(Mine with { FinalizedFrom = late }), Is.EqualTo([released]));
        }
    }

    [Test]
    public async Task List_brings_metadata_only_on_request()
    {
        var subject = await SeedAsync(1_000);
        var held = await HoldAsync(ReserveRequest(subject, 1) with { Metadata = Json("""{"a":1}""") });
        Value(
            await Authority.CommitReservationAsync(
                held.ReservationId!,
                CommitOf(1) with
                {
                    Metadata = Json("""{"b":2}"""),
                }
            )
        );

        async Task<(bool, bool)> Shown(ReservationIncludes include)
        {
            var row = (await WalkAsync(Mine with { Include = include })).Single();
            return (row.Metadata is not null, row.CommittedMetadata is not null);
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Shown(ReservationIncludes.None), Is.EqualTo((false, false)));
            Assert.That(await Shown(ReservationIncludes.Metadata), Is.EqualTo((true, false)));
            Assert.That(await Shown(ReservationIncludes.CommittedMetadata), Is.EqualTo((false, true)));
            Assert.That(
                await Shown(ReservationIncludes.Metadata | ReservationIncludes.CommittedMetadata),
                Is.EqualTo((true, true))
            );
        }
    }

    [Test]
    public async Task List_refuses_a_cursor_of_other_filters_or_another_order_and_one_that_is_none()
    {
        var subject = await SeedAsync(1_000);
        await HoldSeriesAsync(subject, 3);
        var query = Mine with { Limit = 1, SortBy = ReservationSortKey.Reserved };
        var cursor = Value(await Authority.ListReservationsAsync(query)).NextCursor;
        ReservationListQuery[] others =
        [
            query with
            {
                Cursor = cursor,
                Status = ReservationStatus.Active,
            },
            query with
            {
                Cursor = cursor,
                Subject = SubjectOf(2),
            },
            query with
            {
                Cursor = cursor,
                From = DateTimeOffset.UnixEpoch,
            },
            query with
            {
                Cursor = cursor,
                ExpiresTo = DateTimeOffset.UnixEpoch,
            },
            query with
            {
                Cursor = cursor,
                FinalizedFrom = DateTimeOffset.UnixEpoch,
            },
            query with
            {
                Cursor = cursor,
                SortBy = ReservationSortKey.ExpiresAt,
            },
            query with
            {
                Cursor = cursor,
                SortDirection = SortDirection.Ascending,
            },
            query with
            {
                Cursor = "garbage",
            },
            query with
            {
                Cursor = "ABCDEF",
            },
        ];

        foreach (var other in others)
        {
            var error = Refused(await Authority.ListReservationsAsync(other), 400, ErrorCode.InvalidRequest);
            Assert.That(error.Message, Does.Contain("cursor"));
        }

        Value(
            await Authority.ListReservationsAsync(
                query with
                {
                    Cursor = cursor,
                    Limit = 2,
                    Include = ReservationIncludes.Metadata,
                }
            )
        );
    }

    [Test]
    public async Task List_of_another_tenant_does_not_show()
    {
        var subject = await SeedAsync(1_000);
        var request = ReserveRequest(subject, 1);
        await HoldAsync(request);
        var foreign = _backend.OtherTenant();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Value(await foreign.ListReservationsAsync(Mine)).Reservations, Is.Empty);
            Assert.That(
                Value(
                    await foreign.ListReservationsAsync(new() { IdempotencyKey = request.IdempotencyKey })
                ).Reservations,
                Is.Empty
            );
        }
    }
}
