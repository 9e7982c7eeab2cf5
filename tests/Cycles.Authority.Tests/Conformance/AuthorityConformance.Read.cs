namespace Cycles.Authority.Tests;

public abstract partial class AuthorityConformance
{
    [Test]
    public async Task Get_shows_an_active_reservation_as_it_was_asked_for()
    {
        var subject = (await SeedAsync(100, 100)) with
        {
            Agent = "Bot",
            Dimensions = new Dictionary<string, string> { ["team"] = "Support" },
        };
        var request = ReserveRequest(subject, 10) with
        {
            Action = new CyclesAction("message.email", "smtp") { Tags = ["prod"] },
            Metadata = Json("""{"ticket":42}"""),
        };
        var held = await HoldAsync(request);

        var detail = Value(await Authority.GetReservationAsync(held.ReservationId!));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(detail.ReservationId, Is.EqualTo(held.ReservationId));
            Assert.That(detail.Status, Is.EqualTo(ReservationStatus.Active));
            Assert.That(detail.IdempotencyKey, Is.EqualTo(request.IdempotencyKey).Or.Null);
            Assert.That(detail.Subject.Agent, Is.EqualTo("Bot"));
            Assert.That(detail.Subject.Dimensions!["team"], Is.EqualTo("Support"));
            Assert.That((detail.Action.Kind, detail.Action.Name), Is.EqualTo(("message.email", "smtp")));
            Assert.That(detail.Action.Tags, Is.EqualTo(["prod"]));
            Assert.That(detail.Reserved, Is.EqualTo(Amount.Tokens(10)));
            Assert.That(detail.ExpiresAtMs, Is.EqualTo(held.ExpiresAtMs));
            Assert.That(detail.ScopePath, Is.EqualTo($"{PathOf(2)}/agent:bot"));
            Assert.That(detail.AffectedScopes, Is.EqualTo(held.AffectedScopes));
            Assert.That(detail.Metadata!["ticket"].GetInt32(), Is.EqualTo(42));
            Assert.That(detail.Committed, Is.Null);
            Assert.That(detail.FinalizedAtMs, Is.Null);
            Assert.That(detail.CommittedMetadata, Is.Null);
        }
    }

    [Test]
    public async Task Get_shows_what_a_commit_charged_and_when()
    {
        var subject = await SeedAsync(120);
        var held = await HoldAsync(subject, 100);
        _backend.Advance(TimeSpan.FromMilliseconds(1_234));
        Value(
            await Authority.CommitReservationAsync(held, CommitOf(150) with { Metadata = Json("""{"model":"x"}""") })
        );

        var detail = Value(await Authority.GetReservationAsync(held));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(detail.Status, Is.EqualTo(ReservationStatus.Committed));
            Assert.That(detail.Reserved, Is.EqualTo(Amount.Tokens(100)));
            Assert.That(detail.Committed, Is.EqualTo(Amount.Tokens(120)), "what was charged, not what was asked");
            Assert.That(detail.FinalizedAtMs, Is.EqualTo(detail.CreatedAtMs + 1_234));
            Assert.That(detail.CommittedMetadata!["model"].GetString(), Is.EqualTo("x"));
        }
    }

    [Test]
    public async Task Get_shows_a_released_reservation()
    {
        var subject = await SeedAsync(100);
        var held = await HoldAsync(subject, 10);
        _backend.Advance(TimeSpan.FromMilliseconds(7));
        Value(await Authority.ReleaseReservationAsync(held, ReleaseOf()));

        var detail = Value(await Authority.GetReservationAsync(held));

        Assert.That(
            (detail.Status, detail.Committed, detail.FinalizedAtMs),
            Is.EqualTo((ReservationStatus.Released, (Amount?)null, (long?)detail.CreatedAtMs + 7))
        );
    }

    [Test]
    public async Task A_reservation_that_never_was_is_not_found()
    {
        const string Id = "rsv_000000000000_0_000000000000";

        Refused(await Authority.GetReservationAsync(Id), 404, ErrorCode.NotFound);
        Refused(await Authority.CommitReservationAsync(Id, CommitOf(1)), 404, ErrorCode.NotFound);
        Refused(await Authority.ReleaseReservationAsync(Id, ReleaseOf()), 404, ErrorCode.NotFound);
        Refused(await Authority.ExtendReservationAsync(Id, ExtendOf(1)), 404, ErrorCode.NotFound);
    }

    [Test]
    public async Task A_reservation_of_another_tenant_is_forbidden_and_stays_as_it_is()
    {
        var subject = await SeedAsync(100);
        var held = await HoldAsync(subject, 10);
        var foreign = _backend.OtherTenant();

        Refused(await foreign.GetReservationAsync(held), 403, ErrorCode.Forbidden);
        Refused(await foreign.CommitReservationAsync(held, CommitOf(1)), 403, ErrorCode.Forbidden);
        Refused(await foreign.ReleaseReservationAsync(held, ReleaseOf()), 403, ErrorCode.Forbidden);
        Refused(await foreign.ExtendReservationAsync(held, ExtendOf(1)), 403, ErrorCode.Forbidden);

        Assert.That(await LedgerAsync(), Is.EqualTo(new LedgerRow(90, 10, 0)));
    }

    [Test]
    public async Task A_subject_of_another_tenant_is_forbidden()
    {
        var subject = (await SeedAsync(100)) with { Tenant = "someone-else" };

        Refused(await Authority.CreateReservationAsync(ReserveRequest(subject, 1)), 403, ErrorCode.Forbidden);
        Refused(await Authority.DecideAsync(DecideRequest(subject, 1)), 403, ErrorCode.Forbidden);
        Refused(await Authority.CreateEventAsync(EventOf(subject, 1)), 403, ErrorCode.Forbidden);
        Refused(await Authority.GetBalancesAsync(new BalanceQuery { Subject = subject }), 403, ErrorCode.Forbidden);
        Refused(
            await Authority.ListReservationsAsync(new ReservationListQuery { Subject = subject }),
            403,
            ErrorCode.Forbidden
        );
        Assert.That(await LedgerAsync(), Is.EqualTo(new LedgerRow(100, 0, 0)));
    }

    [Test]
    public async Task Balances_hold_the_ledger_equation_and_one_unit()
    {
        var subject = await SeedAsync((100, 500));
        await HoldAsync(subject, 30);
        await ChargeAsync(subject, 90, CommitOveragePolicy.AllowWithOverdraft);

        var balance = await BalanceAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(balance.Scope, Is.EqualTo(PathOf()));
            Assert.That(balance.Remaining, Is.EqualTo(new SignedAmount(Unit, -20)));
            Assert.That(balance.Allocated, Is.EqualTo(Amount.Tokens(100)));
            Assert.That(balance.Reserved, Is.EqualTo(Amount.Tokens(30)));
            Assert.That(balance.Spent, Is.EqualTo(Amount.Tokens(70)));
            Assert.That(balance.Debt, Is.EqualTo(Amount.Tokens(20)));
            Assert.That(balance.OverdraftLimit, Is.EqualTo(Amount.Tokens(500)));
            Assert.That(balance.IsOverLimit ?? false, Is.False);
        }
    }

    [Test]
    public async Task Balances_include_what_holds_every_given_level_and_its_children_on_request()
    {
        await SeedAsync(1, 2, 3, 4);
        var query = new BalanceQuery
        {
            Subject = new Subject { App = "App", Workspace = $"ws-{_unique}" },
        };

        var children = Value(await Authority.GetBalancesAsync(query with { IncludeChildren = true }));

        Assert.That(
            children.Balances.Select(balance => balance.ScopePath),
            Is.EquivalentTo([PathOf(2), PathOf(3), PathOf(4)])
        );
        if (_backend.HasOwnErrors)
        {
            var alone = Value(await Authority.GetBalancesAsync(query));
            Assert.That(alone.Balances.Select(balance => balance.ScopePath), Is.EqualTo([PathOf(2)]));
        }
    }

    [Test]
    public async Task Balances_come_page_by_page_each_once()
    {
        await SeedAsync(1, 2, 3, 4);
        await _backend.SeedAsync(PathOf(2), Amount.Credits(5));
        var query = new BalanceQuery
        {
            Subject = new Subject { Workspace = $"ws-{_unique}" },
            IncludeChildren = true,
            Limit = 2,
        };

        var pages = new List<BalanceResponse>();
        do
        {
            pages.Add(
                Value(await Authority.GetBalancesAsync(query with { Cursor = pages.LastOrDefault()?.NextCursor }))
            );
        } while (pages[^1].HasMore is true && pages.Count < 10);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(pages.Select(page => page.Balances.Count), Is.EqualTo([2, 2, 1]));
            Assert.That(pages[^1].NextCursor, Is.Null);
            Assert.That(
                pages.SelectMany(page => page.Balances).Select(balance => balance.Allocated!.Value.Value),
                Is.EquivalentTo([1, 2, 3, 4, 5])
            );
        }
    }

    [Test]
    public async Task Balances_refuse_a_cursor_of_another_question()
    {
        await SeedAsync(1, 2);
        var query = new BalanceQuery
        {
            Subject = new Subject { Workspace = $"ws-{_unique}" },
            IncludeChildren = true,
            Limit = 1,
        };
        var first = Value(await Authority.GetBalancesAsync(query));

        Refused(
            await Authority.GetBalancesAsync(
                query with
                {
                    Cursor = first.NextCursor,
                    Subject = new Subject { App = "app" },
                }
            ),
            400,
            ErrorCode.InvalidRequest
        );
    }

    [Test]
    public async Task Balances_of_another_tenant_do_not_show()
    {
        await SeedAsync(1);

        var foreign = Value(
            await _backend
                .OtherTenant()
                .GetBalancesAsync(
                    new BalanceQuery
                    {
                        Subject = new Subject { Workspace = $"ws-{_unique}" },
                        IncludeChildren = true,
                    }
                )
        );

        Assert.That(foreign.Balances, Is.Empty);
    }
}
