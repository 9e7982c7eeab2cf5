namespace Cycles.Authority;

/// <summary>The operator's side of one tenant: its record, its budgets and their funding.</summary>
/// <remarks>
/// <para>
/// A scope is a canonical path such as <c>tenant:acme/agent:bot</c>: levels in the order tenant, workspace, app,
/// workflow, agent, toolset, each value of 1 to 128 characters of <c>A-Z a-z 0-9 _ . -</c>, compared in lower case. A
/// path that starts at the tenant has to name this one.
/// </para>
/// <para>
/// Every method throws <see cref="AdministrationException"/> when it is refused, and then nothing has changed. Fund
/// operations take an idempotency key, kept for 24 hours for each budget: repeated with the same key they return what
/// they returned, and do nothing. Safe for concurrent use.
/// </para>
/// </remarks>
public sealed class TenantAdministration
{
    private readonly TenantSpace _space;

    internal TenantAdministration(TenantSpace space) => _space = space;

    /// <summary>The tenant's id, in lower case.</summary>
    public string Tenant => _space.Tenant;

    /// <summary>Makes the tenant's record: from now on it has these defaults, and it can be closed.</summary>
    /// <param name="settings">Defaults and limits; the protocol's own when null.</param>
    /// <returns>This administration.</returns>
    /// <exception cref="AdministrationException">The tenant has a record already, or a setting is out of its range.</exception>
    public TenantAdministration CreateTenant(TenantSettings? settings = null)
    {
        settings ??= TenantSettings.Default;
        Require(settings.Validate());
        using var hold = _space.Enter(out _);
        if (_space.Settings is not null)
        {
            throw Invalid("tenant", $"'{Tenant}' exists already");
        }

        _space.Settings = settings;
        return this;
    }

    /// <summary>
    /// Closes the tenant for good: its holds are given back, its active reservations become RELEASED, and from now on
    /// nothing can be held, charged or funded. Makes the record first where there is none. Closing again does nothing.
    /// </summary>
    public void CloseTenant()
    {
        using (_space.Enter(out _))
        {
            _space.Settings ??= TenantSettings.Default;
            _space.IsClosed = true;
        }

        // The mark stops whatever comes; what is there already ends in batches, so that readers are not kept waiting.
        var from = long.MaxValue;
        while (ReleaseSome(ref from)) { }
    }

    /// <summary>Creates a budget.</summary>
    /// <param name="scope">Where.</param>
    /// <param name="allocated">How much there is; 0 is legal.</param>
    /// <param name="overdraftLimit">How much the scope may owe, in the same unit; nothing when null.</param>
    /// <param name="caps">Limits that come with every hold on this scope; none when null.</param>
    /// <param name="capsAtPercent">
    /// The caps apply once no more than this share of the allocation remains, 0 to 100; always when null.
    /// </param>
    /// <returns>This administration.</returns>
    /// <exception cref="AdministrationException">The budget exists, or an argument is out of its range.</exception>
    public TenantAdministration Budget(
        string scope,
        Amount allocated,
        Amount? overdraftLimit = null,
        Caps? caps = null,
        int? capsAtPercent = null
    )
    {
        var path = CanonicalPath(scope);
        Require(FundingRules.Validate("allocated", allocated));
        Require(FundingRules.Validate("overdraftLimit", overdraftLimit ?? allocated, allocated.Unit));
        RequireCaps(caps, capsAtPercent);
        using var hold = _space.Enter(out _);
        RequireOpen();
        var terms = new BudgetTerms(
            allocated.Value,
            Debt: 0,
            overdraftLimit?.Value ?? 0,
            IsOverLimit: false,
            BudgetStatus.Active,
            Kept.Of(caps),
            capsAtPercent
        );
        if (!_space.Budgets.TryAdd(new Budget(path, allocated.Unit, terms)))
        {
            throw Invalid("scope", $"'{path}' has a budget in this unit already; fund it instead");
        }

        return this;
    }

    /// <summary>Adds money: debt is repaid first, the rest is allocated (fund operation CREDIT).</summary>
    /// <param name="scope">Where.</param>
    /// <param name="amount">How much.</param>
    /// <param name="idempotencyKey">Names the operation, 1 to 256 characters; a repeat is not recognised when null.</param>
    /// <returns>The budget afterwards.</returns>
    /// <exception cref="AdministrationException">It was refused.</exception>
    public Balance Credit(string scope, Amount amount, string? idempotencyKey = null) =>
        Fund(scope, amount, FundOperation.Credit, spent: null, idempotencyKey);

    /// <summary>Takes unused money away; refused with BUDGET_EXCEEDED where less remains (fund operation DEBIT).</summary>
    /// <inheritdoc cref="Credit" path="/param|/returns|/exception"/>
    public Balance Debit(string scope, Amount amount, string? idempotencyKey = null) =>
        Fund(scope, amount, FundOperation.Debit, spent: null, idempotencyKey);

    /// <summary>Sets the allocation and leaves what is spent, reserved and owed (fund operation RESET).</summary>
    /// <inheritdoc cref="Credit" path="/param|/returns|/exception"/>
    public Balance Reset(string scope, Amount amount, string? idempotencyKey = null) =>
        Fund(scope, amount, FundOperation.Reset, spent: null, idempotencyKey);

    /// <summary>
    /// Sets the allocation and what is spent: a new period begins (fund operation RESET_SPENT). What is reserved and
    /// owed stays.
    /// </summary>
    /// <param name="scope">Where.</param>
    /// <param name="amount">The new allocation.</param>
    /// <param name="spent">What is spent of it, in the same unit; nothing when null.</param>
    /// <param name="idempotencyKey">Names the operation, 1 to 256 characters; a repeat is not recognised when null.</param>
    /// <returns>The budget afterwards.</returns>
    /// <exception cref="AdministrationException">It was refused.</exception>
    public Balance ResetSpent(string scope, Amount amount, Amount? spent = null, string? idempotencyKey = null)
    {
        Require(FundingRules.Validate("spent", spent ?? amount, amount.Unit));
        return Fund(scope, amount, FundOperation.ResetSpent, spent?.Value, idempotencyKey);
    }

    /// <summary>Repays debt; what is more than the debt is allocated (fund operation REPAY_DEBT).</summary>
    /// <inheritdoc cref="Credit" path="/param|/returns|/exception"/>
    public Balance RepayDebt(string scope, Amount amount, string? idempotencyKey = null) =>
        Fund(scope, amount, FundOperation.RepayDebt, spent: null, idempotencyKey);

    /// <summary>Stops all new holds, events and fund operations on a budget. Settling what is held goes on.</summary>
    /// <param name="scope">Where.</param>
    /// <param name="unit">The budget's unit.</param>
    /// <returns>The budget afterwards.</returns>
    /// <exception cref="AdministrationException">There is no such budget, or it is closed.</exception>
    public Balance Freeze(string scope, AmountUnit unit) => SetStatus(scope, unit, BudgetStatus.Frozen);

    /// <summary>Undoes <see cref="Freeze"/>.</summary>
    /// <inheritdoc cref="Freeze" path="/param|/returns|/exception"/>
    public Balance Unfreeze(string scope, AmountUnit unit) => SetStatus(scope, unit, BudgetStatus.Active);

    /// <summary>Like <see cref="Freeze"/>, for good.</summary>
    /// <inheritdoc cref="Freeze" path="/param|/returns|/exception"/>
    public Balance CloseBudget(string scope, AmountUnit unit) => SetStatus(scope, unit, BudgetStatus.Closed);

    /// <summary>Sets how much a scope may owe, and whether it is over its limit follows.</summary>
    /// <param name="scope">Where.</param>
    /// <param name="limit">How much, in the budget's unit.</param>
    /// <returns>The budget afterwards.</returns>
    /// <exception cref="AdministrationException">There is no such budget, or it is frozen or closed.</exception>
    public Balance SetOverdraftLimit(string scope, Amount limit)
    {
        Require(FundingRules.Validate("limit", limit));
        var path = CanonicalPath(scope);
        using var hold = _space.Enter(out _);
        var budget = Find(path, limit.Unit);
        RequireFundable(budget, limit);
        return Apply(budget, FundingRules.Recompute(budget.State with { OverdraftLimit = limit.Value }));
    }

    /// <summary>Sets the limits that come with every hold on a scope, or takes them away.</summary>
    /// <param name="scope">Where.</param>
    /// <param name="unit">The budget's unit.</param>
    /// <param name="caps">The limits; null for none.</param>
    /// <param name="capsAtPercent">
    /// The caps apply once no more than this share of the allocation remains, 0 to 100; always when null.
    /// </param>
    /// <returns>The budget afterwards.</returns>
    /// <exception cref="AdministrationException">There is no such budget, or an argument is out of its range.</exception>
    public Balance SetCaps(string scope, AmountUnit unit, Caps? caps, int? capsAtPercent = null)
    {
        RequireUnit(unit);
        RequireCaps(caps, capsAtPercent);
        var path = CanonicalPath(scope);
        using var hold = _space.Enter(out _);
        var budget = Find(path, unit);
        budget.Terms = budget.Terms with { Caps = Kept.Of(caps), CapsAtPercent = capsAtPercent };
        return budget.ToBalance();
    }

    private Balance Fund(string scope, Amount amount, FundOperation operation, long? spent, string? key)
    {
        Require(FundingRules.Validate("amount", amount));
        if (key is { Length: 0 or > 256 })
        {
            throw Invalid("idempotencyKey", $"must be 1 to 256 characters but has {key.Length}");
        }

        var path = CanonicalPath(scope);
        var request = new FundingRequest(operation, amount.Value, spent);
        using var hold = _space.Enter(out var now);
        var budget = FindAny(path, amount.Unit);
        budget.ForgetFunding(now);
        if (key is not null && budget.Funding.TryGet(key, now, out var known))
        {
            return known.Request == request
                ? known.Response
                : throw new AdministrationException(Refusals.KeyMismatch(key));
        }

        RequireOpen();
        var refusal = FundingRules.Apply(budget.State, request, out var funded);
        if (!refusal.IsNone)
        {
            throw new AdministrationException(Refusals.Of(refusal, path, amount, "fund operation"));
        }

        var balance = Apply(budget, funded);
        if (key is not null)
        {
            budget.Funding.Add(key, request, balance, now);
        }

        return balance;
    }

    private Balance SetStatus(string scope, AmountUnit unit, BudgetStatus status)
    {
        RequireUnit(unit);
        var path = CanonicalPath(scope);
        using var hold = _space.Enter(out _);
        var budget = Find(path, unit);
        if (budget.Terms.Status == BudgetStatus.Closed && status != BudgetStatus.Closed)
        {
            var closed = new Refusal(ErrorCode.BudgetClosed, 0, budget.State);
            throw new AdministrationException(Refusals.Of(closed, path, new Amount(unit, 0), "change"));
        }

        return Apply(budget, budget.State with { Status = status });
    }

    private Balance Apply(Budget budget, in BudgetState state)
    {
        if (budget.Apply(state))
        {
            _space.Budgets.TermsChanged();
        }

        return budget.ToBalance();
    }

    private Budget Find(string path, AmountUnit unit)
    {
        RequireOpen();
        return FindAny(path, unit);
    }

    private Budget FindAny(string path, AmountUnit unit) =>
        _space.Budgets.Find(path, unit) ?? throw new AdministrationException(NoBudget(path, unit));

    /// <summary>Where the scope has a budget in another unit, that is what the operator has to be told.</summary>
    private CyclesError NoBudget(string path, AmountUnit unit) =>
        _space.Budgets.FirstBudgeted([path]) is var (scope, units)
            ? Refusals.UnitMismatch(scope, unit, units)
            : Refusals.BudgetNotFound(path, unit);

    /// <summary>Ends a batch of active reservations, the newest first; none is made any more, so it never looks back.</summary>
    private bool ReleaseSome(ref long from)
    {
        using var hold = _space.Enter(out var now);
        while (_space.MayEndAnother)
        {
            var number = _space.Reservations.Before(from, ReservationStatus.Active);
            if (number == Reservation.None)
            {
                return false;
            }

            from = number;
            _space.GiveBack(ref _space.Reservations[number]);
            _space.Reservations.Close(number, ReservationStatus.Released, now);
        }

        return true;
    }

    private string CanonicalPath(string scope)
    {
        if (scope is null || ScopePath.Parse(scope) is not { } subject)
        {
            throw Invalid(
                "scope",
                $"must be a path such as tenant:acme/agent:bot, levels in canonical order, but was '{scope}'"
            );
        }

        var path = ScopePath.Derive(subject)[^1];
        if (subject.Tenant is { } tenant && ScopePath.Canonical(tenant) != Tenant)
        {
            throw Invalid("scope", $"must lie within tenant '{Tenant}' but was '{path}'");
        }

        return path;
    }

    private void RequireOpen()
    {
        if (_space.IsClosed)
        {
            throw new AdministrationException(Refusals.TenantClosed(Tenant));
        }
    }

    private static void RequireFundable(Budget budget, Amount asked)
    {
        var refusal = FundingRules.CheckStatus(budget.State);
        if (!refusal.IsNone)
        {
            throw new AdministrationException(Refusals.Of(refusal, budget.Scope, asked, "change of the limit"));
        }
    }

    private static void RequireUnit(AmountUnit unit)
    {
        if (!Enum.IsDefined(unit) || unit == AmountUnit.Unset)
        {
            throw Invalid("unit", "must be set");
        }
    }

    private static void RequireCaps(Caps? caps, int? percent)
    {
        Require(caps?.Validate());
        if (percent is < 0 or > 100)
        {
            throw Invalid("capsAtPercent", $"must be from 0 to 100 but was {percent}");
        }
    }

    private static void Require(ValidationFinding? finding)
    {
        if (finding is not null)
        {
            throw new AdministrationException(Refusals.Invalid(finding));
        }
    }

    private static AdministrationException Invalid(string field, string problem) =>
        new(Refusals.Invalid(new ValidationFinding(field, problem)));
}
