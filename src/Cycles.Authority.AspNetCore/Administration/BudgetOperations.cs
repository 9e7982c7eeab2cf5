namespace Cycles.Authority;

/// <summary>A tenant's budgets. The scope stands in the body, because it is a path itself.</summary>
internal sealed class BudgetOperations(AuthorityHost host)
{
    private static readonly AdminJsonContext Requests = WireJson.AdminRequests;

    public Task CreateAsync(Exchange exchange) =>
        AdminRequest.RunAsync(
            host,
            exchange,
            "createBudget",
            async administration =>
            {
                var request = await RequestBody
                    .ReadAsync(host, exchange, Requests.BudgetCreateRequest)
                    .ConfigureAwait(false);
                if (request is null)
                {
                    return;
                }

                administration.Budget(
                    request.Scope,
                    request.Allocated,
                    request.OverdraftLimit,
                    request.Caps,
                    request.CapsAtPercent
                );
                var budget = administration.SetCaps(
                    request.Scope,
                    request.Allocated.Unit,
                    request.Caps,
                    request.CapsAtPercent
                );
                await AdminRequest.AnswerAsync(exchange, budget, 201).ConfigureAwait(false);
            }
        );

    public Task FundAsync(Exchange exchange) =>
        AdminRequest.RunAsync(
            host,
            exchange,
            "fundBudget",
            async administration =>
            {
                var request = await RequestBody.ReadAsync(host, exchange, Requests.FundRequest).ConfigureAwait(false);
                if (request is null)
                {
                    return;
                }

                if (CheckFund(exchange, request) is { } refusal)
                {
                    await exchange.RefuseAsync(refusal).ConfigureAwait(false);
                    return;
                }

                await AdminRequest.AnswerAsync(exchange, Fund(administration, request)).ConfigureAwait(false);
            }
        );

    public Task FreezeAsync(Exchange exchange) =>
        SetStatusAsync(exchange, "freezeBudget", (tenant, request) => tenant.Freeze(request.Scope, request.Unit));

    public Task UnfreezeAsync(Exchange exchange) =>
        SetStatusAsync(exchange, "unfreezeBudget", (tenant, request) => tenant.Unfreeze(request.Scope, request.Unit));

    public Task CloseAsync(Exchange exchange) =>
        SetStatusAsync(exchange, "closeBudget", (tenant, request) => tenant.CloseBudget(request.Scope, request.Unit));

    public Task SetOverdraftLimitAsync(Exchange exchange) =>
        AdminRequest.RunAsync(
            host,
            exchange,
            "setOverdraftLimit",
            Requests.OverdraftLimitRequest,
            (tenant, request) => tenant.SetOverdraftLimit(request.Scope, request.Limit)
        );

    public Task SetCapsAsync(Exchange exchange) =>
        AdminRequest.RunAsync(
            host,
            exchange,
            "setCaps",
            Requests.CapsRequest,
            (tenant, request) => tenant.SetCaps(request.Scope, request.Unit, request.Caps, request.CapsAtPercent)
        );

    private Task SetStatusAsync(
        Exchange exchange,
        string operation,
        Func<TenantAdministration, BudgetStatusRequest, Balance> run
    ) => AdminRequest.RunAsync(host, exchange, operation, Requests.BudgetStatusRequest, run);

    private static CyclesError? CheckFund(Exchange exchange, FundRequest request)
    {
        if (request.Validate() is { } finding)
        {
            return HostErrors.Invalid(finding);
        }

        return KeyHeader.Matches(exchange, request.IdempotencyKey) ? null : HostErrors.KeyMismatch();
    }

    private static Balance Fund(TenantAdministration tenant, FundRequest request) =>
        request.Operation switch
        {
            BudgetFunding.Credit => tenant.Credit(request.Scope, request.Amount, request.IdempotencyKey),
            BudgetFunding.Debit => tenant.Debit(request.Scope, request.Amount, request.IdempotencyKey),
            BudgetFunding.Reset => tenant.Reset(request.Scope, request.Amount, request.IdempotencyKey),
            BudgetFunding.RepayDebt => tenant.RepayDebt(request.Scope, request.Amount, request.IdempotencyKey),
            _ => tenant.ResetSpent(request.Scope, request.Amount, request.Spent, request.IdempotencyKey),
        };
}
