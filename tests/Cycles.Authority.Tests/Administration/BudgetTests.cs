namespace Cycles.Authority.Tests;

public sealed class BudgetTests
{
    private const string Scope = "tenant:acme";

    private EmbeddedAuthority _authority = null!;
    private TenantAdministration _operator = null!;

    [SetUp]
    public void OneBudget()
    {
        _authority = new EmbeddedAuthority();
        _operator = _authority.Administer("acme").Budget(Scope, Amount.Tokens(100));
    }

    private static readonly (string Field, Action<TenantAdministration> Act)[] BadInput =
    [
        ("scope", admin => admin.Budget(null!, Amount.Tokens(1))),
        ("scope", admin => admin.Budget("", Amount.Tokens(1))),
        ("scope", admin => admin.Budget("acme", Amount.Tokens(1))),
        ("scope", admin => admin.Budget("tenant:acme/", Amount.Tokens(1))),
        ("scope", admin => admin.Budget("tenant:acme/agent:b c", Amount.Tokens(1))),
        ("scope", admin => admin.Budget("tenant:acme/planet:x", Amount.Tokens(1))),
        ("scope", admin => admin.Budget("agent:b/app:a", Amount.Tokens(1))),
        ("scope", admin => admin.Budget("app:a/app:b", Amount.Tokens(1))),
        ("scope", admin => admin.Budget("tenant:umbrella/app:a", Amount.Tokens(1))),
        ("scope", admin => admin.Budget("TENANT:ACME", Amount.Tokens(1))),
        ("scope", admin => admin.Budget("tenant:ACME", Amount.Tokens(1))),
        ("scope", admin => admin.Credit("tenant:umbrella", Amount.Tokens(1))),
        ("allocated.unit", admin => admin.Budget("app:a", default)),
        ("allocated.amount", admin => admin.Budget("app:a", Amount.Tokens(-1))),
        ("overdraftLimit.unit", admin => admin.Budget("app:a", Amount.Tokens(1), Amount.Credits(1))),
        ("overdraftLimit.amount", admin => admin.Budget("app:a", Amount.Tokens(1), Amount.Tokens(-1))),
        ("max_tokens", admin => admin.Budget("app:a", Amount.Tokens(1), caps: new Caps { MaxTokens = -1 })),
        ("capsAtPercent", admin => admin.Budget("app:a", Amount.Tokens(1), caps: new Caps(), capsAtPercent: 101)),
        ("capsAtPercent", admin => admin.SetCaps(Scope, AmountUnit.Tokens, new Caps(), -1)),
        ("cooldown_ms", admin => admin.SetCaps(Scope, AmountUnit.Tokens, new Caps { CooldownMs = -1 })),
        ("amount.amount", admin => admin.Credit(Scope, Amount.Tokens(-1))),
        ("amount.unit", admin => admin.Debit(Scope, default)),
        ("spent.unit", admin => admin.ResetSpent(Scope, Amount.Tokens(1), Amount.Credits(1))),
        ("spent.amount", admin => admin.ResetSpent(Scope, Amount.Tokens(1), Amount.Tokens(-1))),
        ("limit.amount", admin => admin.SetOverdraftLimit(Scope, Amount.Tokens(-1))),
        ("idempotencyKey", admin => admin.Credit(Scope, Amount.Tokens(1), "")),
        ("idempotencyKey", admin => admin.Credit(Scope, Amount.Tokens(1), new string('k', 257))),
        ("unit", admin => admin.Freeze(Scope, AmountUnit.Unset)),
        ("unit", admin => admin.SetCaps(Scope, (AmountUnit)99, null)),
        ("DefaultTtl", admin => admin.CreateTenant(new TenantSettings { DefaultTtl = TimeSpan.FromMilliseconds(999) })),
        ("MaxTtl", admin => admin.CreateTenant(new TenantSettings { MaxTtl = TimeSpan.FromHours(25) })),
        ("OveragePolicy", admin => admin.CreateTenant(new TenantSettings { OveragePolicy = default })),
        ("MaxExtensions", admin => admin.CreateTenant(new TenantSettings { MaxExtensions = -1 })),
    ];

    [Test]
    public void Bad_input_is_refused_by_the_name_of_its_field_and_changes_nothing()
    {
        using (Assert.EnterMultipleScope())
        {
            foreach (var (field, act) in BadInput)
            {
                var refused = Assert.Throws<AdministrationException>(() => act(_operator), field);
                Assert.That(refused?.Error.Code, Is.EqualTo(ErrorCode.InvalidRequest), field);
                Assert.That(refused?.Message, Does.StartWith(field));
                Assert.That(refused?.Error.Details!["field"].GetString(), Is.EqualTo(field));
            }
        }

        _operator.CreateTenant();
        Assert.That(Ledger(), Is.EqualTo(new LedgerRow(100, 0, 0)));
    }

    private LedgerRow Ledger() => LedgerRow.Of(_operator.Unfreeze(Scope, AmountUnit.Tokens));

    [Test]
    public void A_budget_is_created_once_for_each_scope_and_unit()
    {
        _operator.Budget(Scope, Amount.Credits(5));

        var refused = Assert.Throws<AdministrationException>(() => _operator.Budget(Scope, Amount.Tokens(5)));
        Assert.That(refused!.Message, Does.StartWith("scope 'tenant:acme' has a budget in this unit already"));
    }

    [Test]
    public async Task A_budget_without_its_tenant_in_the_path_is_found_by_a_subject_without_it()
    {
        _operator.Budget("app:Mail", Amount.Tokens(5));

        var held = await _authority
            .ForTenant("acme")
            .CreateReservationAsync(
                RetentionWorld.Reserve() with
                {
                    Subject = new Subject { App = "mail" },
                    Estimate = Amount.Tokens(5),
                }
            );

        Assert.That(held.Value!.AffectedScopes, Is.EqualTo(["app:mail"]));
    }

    [Test]
    public void What_is_not_there_is_not_found()
    {
        var nowhere = Assert.Throws<AdministrationException>(() => _operator.Credit("app:x", Amount.Tokens(1)));
        var otherUnit = Assert.Throws<AdministrationException>(() => _operator.Freeze(Scope, AmountUnit.Credits));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(nowhere!.Error.Code, Is.EqualTo(ErrorCode.NotFound));
            Assert.That(otherUnit!.Error.Code, Is.EqualTo(ErrorCode.UnitMismatch));
            Assert.That(otherUnit.Message, Does.Contain("only in TOKENS"));
        }
    }

    [Test]
    public async Task Freeze_and_unfreeze_stop_and_let_go()
    {
        var acme = _authority.ForTenant("acme");
        _operator.Freeze(Scope, AmountUnit.Tokens);
        var frozen = await acme.CreateReservationAsync(RetentionWorld.Reserve());
        var credit = Assert.Throws<AdministrationException>(() => _operator.Credit(Scope, Amount.Tokens(1)));
        var limit = Assert.Throws<AdministrationException>(() => _operator.SetOverdraftLimit(Scope, Amount.Tokens(1)));
        _operator.Unfreeze(Scope, AmountUnit.Tokens);
        var open = await acme.CreateReservationAsync(RetentionWorld.Reserve());

        using (Assert.EnterMultipleScope())
        {
            Assert.That(frozen.Error!.Code, Is.EqualTo(ErrorCode.BudgetFrozen));
            Assert.That(credit!.Error.Code, Is.EqualTo(ErrorCode.BudgetFrozen));
            Assert.That(limit!.Error.Code, Is.EqualTo(ErrorCode.BudgetFrozen));
            Assert.That(open.IsSuccess, Is.True);
        }
    }

    [Test]
    public void A_closed_budget_stays_closed_and_takes_nothing()
    {
        _operator.CloseBudget(Scope, AmountUnit.Tokens);
        _operator.CloseBudget(Scope, AmountUnit.Tokens);

        foreach (
            var act in new Action[]
            {
                () => _operator.Unfreeze(Scope, AmountUnit.Tokens),
                () => _operator.Freeze(Scope, AmountUnit.Tokens),
                () => _operator.Credit(Scope, Amount.Tokens(1)),
                () => _operator.Reset(Scope, Amount.Tokens(1)),
                () => _operator.SetOverdraftLimit(Scope, Amount.Tokens(1)),
            }
        )
        {
            var refused = Assert.Throws<AdministrationException>(() => act());
            Assert.That(refused!.Error.Code, Is.EqualTo(ErrorCode.BudgetClosed));
        }
    }

    [Test]
    public async Task Caps_are_the_operators_at_the_time_of_setting_and_can_be_taken_away()
    {
        var acme = _authority.ForTenant("acme");
        var tools = new List<string> { "mail" };
        _operator.SetCaps(Scope, AmountUnit.Tokens, new Caps { ToolDenylist = tools });
        tools.Clear();

        var capped = await acme.CreateReservationAsync(RetentionWorld.Reserve());
        _operator.SetCaps(Scope, AmountUnit.Tokens, caps: null);
        var free = await acme.CreateReservationAsync(RetentionWorld.Reserve());

        using (Assert.EnterMultipleScope())
        {
            Assert.That(capped.Value!.Caps!.Allows("mail"), Is.False);
            Assert.That(free.Value!.Decision, Is.EqualTo(Decision.Allow));
        }
    }
}
