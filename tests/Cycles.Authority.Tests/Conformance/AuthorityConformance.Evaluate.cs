namespace Cycles.Authority.Tests;

public abstract partial class AuthorityConformance
{
    /// <summary>Asks decide and dry run the same question, and expects the same opinion and an unchanged ledger.</summary>
    private async Task<ReservationCreateResponse> EvaluateAsync(Subject subject, long estimate)
    {
        var decided = Value(await Authority.DecideAsync(DecideRequest(subject, estimate)));
        var dry = Value(
            await Authority.CreateReservationAsync(ReserveRequest(subject, estimate) with { DryRun = true })
        );
        using (Assert.EnterMultipleScope())
        {
            Assert.That(decided.Decision, Is.EqualTo(dry.Decision));
            Assert.That(decided.ReasonCode, Is.EqualTo(dry.ReasonCode));
            Assert.That(decided.Caps?.MaxTokens, Is.EqualTo(dry.Caps?.MaxTokens));
            Assert.That(decided.AffectedScopes, Is.EqualTo(dry.AffectedScopes));
            Assert.That(dry.ReservationId, Is.Null);
            Assert.That(dry.ExpiresAtMs, Is.Null);
            Assert.That(dry.RemainingTtlMs, Is.Null);
        }

        return dry;
    }

    [Test]
    public async Task Evaluate_allows_what_fits_and_holds_nothing()
    {
        var subject = await SeedAsync(100, 100);

        var dry = await EvaluateAsync(subject, 100);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(dry.Decision, Is.EqualTo(Decision.Allow));
            Assert.That(dry.ReasonCode, Is.Null);
            Assert.That(dry.AffectedScopes, Is.EqualTo([$"tenant:{_backend.Tenant}", PathOf(), PathOf(2)]));
            Assert.That(await LedgersAsync(2), Is.All.EqualTo(new LedgerRow(100, 0, 0)));
            Assert.That(
                Value(
                    await Authority.ListReservationsAsync(new ReservationListQuery { Subject = subject })
                ).Reservations,
                Is.Empty
            );
        }
    }

    [Test]
    public async Task Evaluate_denies_what_does_not_fit_with_all_scopes_named()
    {
        var subject = await SeedAsync(100, 50);

        var dry = await EvaluateAsync(subject, 51);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((dry.Decision, dry.ReasonCode), Is.EqualTo((Decision.Deny, ReasonCode.BudgetExceeded)));
            Assert.That(dry.AffectedScopes, Has.Count.EqualTo(3));
            Assert.That(await LedgersAsync(2), Is.EqualTo([new LedgerRow(100, 0, 0), new LedgerRow(50, 0, 0)]));
        }
    }

    [Test]
    public async Task Evaluate_denies_a_frozen_budget()
    {
        var subject = await SeedAsync(100);
        await _backend.FreezeAsync(PathOf(), Unit);

        Assert.That((await EvaluateAsync(subject, 1)).ReasonCode, Is.EqualTo(ReasonCode.BudgetFrozen));
    }

    [Test]
    public async Task Evaluate_denies_a_closed_budget()
    {
        var subject = await SeedAsync(100);
        await _backend.CloseBudgetAsync(PathOf(), Unit);

        Assert.That((await EvaluateAsync(subject, 1)).ReasonCode, Is.EqualTo(ReasonCode.BudgetClosed));
    }

    [Test]
    public async Task Evaluate_denies_a_scope_over_its_limit()
    {
        var subject = await SeedAsync(100);
        await ChargeAsync(subject, 101, CommitOveragePolicy.AllowIfAvailable);

        Assert.That((await EvaluateAsync(subject, 0)).ReasonCode, Is.EqualTo(ReasonCode.OverdraftLimitExceeded));
    }

    [Test]
    public async Task Evaluate_denies_a_subject_without_any_budget()
    {
        var dry = await EvaluateAsync(SubjectOf(2), 1);

        Assert.That((dry.Decision, dry.ReasonCode), Is.EqualTo((Decision.Deny, ReasonCode.BudgetNotFound)));
        Assert.That(dry.AffectedScopes, Is.EqualTo([$"tenant:{_backend.Tenant}", PathOf(), PathOf(2)]));
    }

    [Test]
    public async Task Evaluate_denies_a_closed_tenant()
    {
        var subject = await SeedAsync(100);
        await _backend.CloseTenantAsync();

        Assert.That((await EvaluateAsync(subject, 1)).ReasonCode, Is.EqualTo(ReasonCode.TenantClosed));
    }

    [Test]
    public async Task Evaluate_in_a_unit_without_a_budget_is_an_error_and_no_opinion()
    {
        await _backend.SeedAsync(PathOf(), Amount.Credits(10));

        var decided = await Authority.DecideAsync(DecideRequest(SubjectOf(), 1));
        var dry = await Authority.CreateReservationAsync(ReserveRequest(SubjectOf(), 1) with { DryRun = true });

        foreach (
            var error in new[]
            {
                Refused(decided, 400, ErrorCode.UnitMismatch),
                Refused(dry, 400, ErrorCode.UnitMismatch),
            }
        )
        {
            Assert.That(error.Details!["expected_units"].EnumerateArray().Single().GetString(), Is.EqualTo("CREDITS"));
        }
    }

    [Test]
    public async Task Evaluate_answers_are_remembered_a_denial_too()
    {
        var subject = await SeedAsync(10);
        var question = DecideRequest(subject, 20);
        var dryRun = ReserveRequest(subject, 20) with { DryRun = true };
        var decided = Value(await Authority.DecideAsync(question));
        var dry = Value(await Authority.CreateReservationAsync(dryRun));
        await _backend.FundAsync(PathOf(), Amount.Tokens(90));

        var decidedAgain = Value(await Authority.DecideAsync(question));
        var dryAgain = Value(await Authority.CreateReservationAsync(dryRun));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(decidedAgain.Decision, Is.EqualTo(Decision.Deny));
            Assert.That(
                Frozen(decidedAgain, CyclesJsonContext.Default.DecisionResponse),
                Is.EqualTo(Frozen(decided, CyclesJsonContext.Default.DecisionResponse))
            );
            Assert.That(
                Frozen(dryAgain, CyclesJsonContext.Default.ReservationCreateResponse),
                Is.EqualTo(Frozen(dry, CyclesJsonContext.Default.ReservationCreateResponse))
            );
        }
    }

    [Test]
    public async Task Evaluate_under_a_used_key_with_another_payload_is_a_mismatch()
    {
        var subject = await SeedAsync(10);
        var question = DecideRequest(subject, 1);
        var dryRun = ReserveRequest(subject, 1) with { DryRun = true };
        Value(await Authority.DecideAsync(question));
        Value(await Authority.CreateReservationAsync(dryRun));

        Refused(
            await Authority.DecideAsync(question with { Estimate = Amount.Tokens(2) }),
            409,
            ErrorCode.IdempotencyMismatch
        );
        Refused(
            await Authority.CreateReservationAsync(dryRun with { Estimate = Amount.Tokens(2) }),
            409,
            ErrorCode.IdempotencyMismatch
        );
    }

    [Test]
    public async Task Evaluate_shares_its_keys_with_the_live_reserve()
    {
        var subject = await SeedAsync(10);
        var live = ReserveRequest(subject, 1);
        var dry = ReserveRequest(subject, 1) with { DryRun = true };
        Value(await Authority.CreateReservationAsync(live));
        Value(await Authority.CreateReservationAsync(dry));

        Refused(
            await Authority.CreateReservationAsync(live with { DryRun = true }),
            409,
            ErrorCode.IdempotencyMismatch
        );
        Refused(
            await Authority.CreateReservationAsync(dry with { DryRun = false }),
            409,
            ErrorCode.IdempotencyMismatch
        );
        Assert.That(await LedgerAsync(), Is.EqualTo(new LedgerRow(9, 1, 0)));
    }

    [Test]
    public async Task Evaluate_does_not_share_the_keys_of_decide_with_anything()
    {
        var subject = await SeedAsync(10);
        var key = Key();

        Value(await Authority.DecideAsync(DecideRequest(subject, 1) with { IdempotencyKey = key }));
        Value(await Authority.CreateReservationAsync(ReserveRequest(subject, 2) with { IdempotencyKey = key }));
        Value(await Authority.CreateEventAsync(EventOf(subject, 3) with { IdempotencyKey = key }));

        Assert.That(await LedgerAsync(), Is.EqualTo(new LedgerRow(5, 2, 3)));
    }

    [Test]
    public async Task Caps_come_with_hold_and_opinion_from_the_innermost_scope_that_has_some()
    {
        var subject = await SeedAsync(100, 100, 100);
        await _backend.SetCapsAsync(PathOf(), Unit, new Caps { MaxTokens = 1 });
        await _backend.SetCapsAsync(PathOf(2), Unit, new Caps { MaxTokens = 2, ToolDenylist = ["rm"] });

        var dry = await EvaluateAsync(subject, 10);
        var held = await HoldAsync(ReserveRequest(subject, 10));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(dry.Decision, Is.EqualTo(Decision.AllowWithCaps));
            Assert.That(dry.Caps!.MaxTokens, Is.EqualTo(2));
            Assert.That(held.Decision, Is.EqualTo(Decision.AllowWithCaps));
            Assert.That(held.Caps!.MaxTokens, Is.EqualTo(2));
            Assert.That(held.Caps.Allows("rm"), Is.False);
        }
    }

    [Test]
    public async Task Caps_with_a_threshold_apply_once_no_more_than_that_share_remains_after_the_hold()
    {
        var subject = await SeedAsync(100);
        await _backend.SetCapsAsync(PathOf(), Unit, new Caps { MaxTokens = 5 }, atPercent: 20);

        var above = await EvaluateAsync(subject, 79);
        var at = await EvaluateAsync(subject, 80);
        var held = await HoldAsync(ReserveRequest(subject, 80));

        Assert.That(
            (above.Decision, at.Decision, held.Decision),
            Is.EqualTo((Decision.Allow, Decision.AllowWithCaps, Decision.AllowWithCaps))
        );
    }

    [Test]
    public async Task Caps_of_an_outer_scope_come_through_while_the_inner_threshold_is_not_reached()
    {
        var subject = await SeedAsync(100, 100);
        await _backend.SetCapsAsync(PathOf(), Unit, new Caps { MaxTokens = 1 });
        await _backend.SetCapsAsync(PathOf(2), Unit, new Caps { MaxTokens = 2 }, atPercent: 50);

        var first = await HoldAsync(ReserveRequest(subject, 49));
        var second = await HoldAsync(ReserveRequest(subject, 1));

        Assert.That((first.Caps!.MaxTokens, second.Caps!.MaxTokens), Is.EqualTo(((long?)1, (long?)2)));
    }

    [Test]
    public async Task Caps_are_absent_from_a_denial()
    {
        var subject = await SeedAsync(100);
        await _backend.SetCapsAsync(PathOf(), Unit, new Caps { MaxTokens = 5 });

        var dry = await EvaluateAsync(subject, 101);

        Assert.That((dry.Decision, dry.Caps), Is.EqualTo((Decision.Deny, (Caps?)null)));
    }
}
