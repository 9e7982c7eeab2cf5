namespace Cycles.Authority;

/// <summary>The operations without a body.</summary>
internal sealed class RuntimeReads(AuthorityHost host)
{
    private static readonly CyclesJsonContext Answers = CyclesJsonContext.Default;

    public async Task GetReservationAsync(Exchange exchange)
    {
        var id = exchange.Route("reservation_id");
        var isKnown = AuthorityHost.IsOperator(exchange)
            ? TryFindOwner(exchange, id, out var seam, out var refusal)
            : host.TryAuthenticate(exchange, out seam, out refusal);
        if (!isKnown)
        {
            await exchange.RefuseAsync(refusal!).ConfigureAwait(false);
            return;
        }

        var response = await seam!.GetReservationAsync(id).ConfigureAwait(false);
        await exchange.AnswerAsync(response, Answers.ReservationDetail).ConfigureAwait(false);
    }

    public Task ListReservationsAsync(Exchange exchange) =>
        AuthorityHost.IsOperator(exchange) ? ListForOperatorAsync(exchange) : ListForTenantAsync(exchange);

    public async Task GetBalancesAsync(Exchange exchange)
    {
        if (!host.TryAuthenticate(exchange, out var seam, out var stranger))
        {
            await exchange.RefuseAsync(stranger).ConfigureAwait(false);
            return;
        }

        if (BalanceQueryReader.Read(exchange.Request.QueryString, out var query) is { } finding)
        {
            await exchange.RefuseAsync(HostErrors.Invalid(finding)).ConfigureAwait(false);
            return;
        }

        var response = await seam.GetBalancesAsync(query).ConfigureAwait(false);
        await exchange.AnswerAsync(response, Answers.BalanceResponse).ConfigureAwait(false);
    }

    private async Task ListForTenantAsync(Exchange exchange)
    {
        if (!host.TryAuthenticate(exchange, out var seam, out var stranger))
        {
            await exchange.RefuseAsync(stranger).ConfigureAwait(false);
            return;
        }

        if (ListQueryReader.Read(exchange.Request.QueryString, out var query) is { } finding)
        {
            await exchange.RefuseAsync(HostErrors.Invalid(finding)).ConfigureAwait(false);
            return;
        }

        await ListAsync(exchange, seam, query).ConfigureAwait(false);
    }

    /// <summary>An operator has no tenant, so the query has to name one (protocol, listReservations).</summary>
    private async Task ListForOperatorAsync(Exchange exchange)
    {
        if (host.AuthenticateOperator(exchange) is { } stranger)
        {
            await exchange.RefuseAsync(stranger).ConfigureAwait(false);
            return;
        }

        var finding = ListQueryReader.Read(exchange.Request.QueryString, out var query);
        if (finding is null && query.Subject?.Tenant is null)
        {
            finding = new ValidationFinding(
                "tenant",
                "query parameter is required when using admin key authentication"
            );
        }

        if (finding is not null)
        {
            await exchange.RefuseAsync(HostErrors.Invalid(finding)).ConfigureAwait(false);
            return;
        }

        var seam = host.Authority.ForTenant(query.Subject!.Tenant!);
        exchange.ActFor(seam.Tenant!);
        await ListAsync(exchange, seam, query).ConfigureAwait(false);
    }

    private static async Task ListAsync(Exchange exchange, ICyclesAuthority seam, ReservationListQuery query)
    {
        var response = await seam.ListReservationsAsync(query).ConfigureAwait(false);
        await exchange.AnswerAsync(response, Answers.ReservationListResponse).ConfigureAwait(false);
    }

    /// <summary>An operator reads whosever reservation it is; its id says whose (protocol, getReservation).</summary>
    private bool TryFindOwner(Exchange exchange, string id, out ICyclesAuthority? seam, out CyclesError? refusal)
    {
        seam = null;
        refusal = host.AuthenticateOperator(exchange);
        if (refusal is not null)
        {
            return false;
        }

        if (host.Authority.TenantOf(id) is not { } tenant)
        {
            refusal = HostErrors.ReservationNotFound(id);
            return false;
        }

        exchange.ActFor(tenant);
        seam = host.Authority.ForTenant(tenant);
        return true;
    }
}
